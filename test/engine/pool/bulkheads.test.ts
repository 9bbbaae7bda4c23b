/**
 * The documented meaning of well-known bulkheads, as sequences that a person can read. `run`: started, `wait`: in the queue, `no`:
 * refused; `done x` gives the slot of x back and names who starts then; `+2s` lets time pass.
 *
 * - cockatiel `bulkhead(limit, queue = 0)`: "limits the number of concurrent calls"; beyond them up to `queue` wait, in the order in
 *   which they came, and all others are rejected with BulkheadRejectedError (README, "Bulkheads"; src/BulkheadPolicy.ts).
 * - resilience4j `SemaphoreBulkhead`: `maxConcurrentCalls` at once; a call is blocked for at most `maxWaitDuration` (default 0: not at
 *   all) and then rejected with BulkheadFullException (docs, "Bulkhead"). Its waiters have no bound; a large queue stands for that.
 * - p-queue `new PQueue({concurrency})` with `add(fn, {priority})`: greater priorities first, and those of one priority in the order
 *   in which they were added (README, "priority"; source/priority-queue.ts). Its 1, 0, −1 are the ranks 0, 1, 2 here.
 */
import {expect, test} from 'vitest';
import {advance, emptyPool, enter, type PoolState, release} from '../../../src/engine/pool/pool.ts';
import type {PoolSpec} from '../../../src/engine/pool/pool-spec.ts';
import {S} from '../../support/instants.ts';
import {poolSpec} from './pool-specs.ts';

const SAID = {granted: 'run', queued: 'wait', refused: 'no'} as const;

const play = (spec: PoolSpec, script: readonly (readonly [step: string, answer: string])[]): void => {
  let state: PoolState = emptyPool;
  let now = 1_000 * S;
  const answers = script.map(([step]): [string, string] => {
    const [word = '', id = ''] = step.split(' ');
    let said = '';
    if (word.startsWith('+')) now += Number(word.slice(1, -1)) * S;
    else if (word === 'done') {
      const lease = state.leases.find((one) => one.id === id)!;
      state = release(state, spec, lease.token, now);
    } else {
      const entered = enter(state, spec, {id: word, key: '', rank: Number(id), seen: now + 3_600 * S}, now);
      ({state} = entered);
      said = SAID[entered.entry.kind];
    }
    const advanced = advance(state, spec, now);
    state = advanced.state;
    const gone = advanced.timedOut.map((one) => `no ${one.id}`);
    return [step, [said, ...gone, ...advanced.granted.map((one) => `run ${one.id}`)].join(' ').trim()];
  });
  expect(answers).toEqual(script);
};

test('cockatiel: bulkhead(2, 1)', () => {
  play(poolSpec({max: 2, maxPerKey: 2, queue: 1}), [
    ['a', 'run'],
    ['b', 'run'],
    ['c', 'wait'],
    ['d', 'no'],
    ['done a', 'run c'],
    ['e', 'wait'],
    ['done b', 'run e'],
    ['done c', ''],
    ['f', 'run'],
  ]);
});

test('cockatiel: bulkhead(1), without a queue', () => {
  play(poolSpec({max: 1, queue: 0}), [
    ['a', 'run'],
    ['b', 'no'],
    ['done a', ''],
    ['b', 'run'],
  ]);
});

test('resilience4j: maxConcurrentCalls 2, maxWaitDuration 0', () => {
  play(poolSpec({max: 2, maxPerKey: 2, queue: 0}), [
    ['a', 'run'],
    ['b', 'run'],
    ['c', 'no'],
    ['done b', ''],
    ['c', 'run'],
  ]);
});

test('resilience4j: maxConcurrentCalls 1, maxWaitDuration 5 s', () => {
  play(poolSpec({max: 1, queue: 10_000, wait: 5 * S, lease: 3_600 * S}), [
    ['a', 'run'],
    ['b', 'wait'],
    ['+3s', ''],
    ['c', 'wait'],
    // b has waited for 5 s, c for 2.
    ['+2s', 'no b'],
    ['done a', 'run c'],
    ['+5s', ''],
    ['d', 'wait'],
    ['done c', 'run d'],
  ]);
});

test('p-queue: concurrency 1, priorities 1, 0 and −1', () => {
  play(poolSpec({max: 1, queue: 10_000}), [
    ['first 1', 'run'],
    ['low 2', 'wait'],
    ['plain1 1', 'wait'],
    ['high1 0', 'wait'],
    ['plain2 1', 'wait'],
    ['high2 0', 'wait'],
    ['done first', 'run high1'],
    ['done high1', 'run high2'],
    ['done high2', 'run plain1'],
    ['high3 0', 'wait'],
    ['done plain1', 'run high3'],
    ['done high3', 'run plain2'],
    ['done plain2', 'run low'],
  ]);
});
