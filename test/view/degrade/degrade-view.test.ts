import {describe, expect, test} from 'vitest';
import {planned, seeMode} from '../../../src/operate/degrade/change-mode.ts';
import {readDegrade} from '../../../src/operate/degrade/read-degrade.ts';
import {statusDegradation, statusManual} from '../../../src/operate/status/control-sections.ts';
import {putLoad, setManualMode} from '../../../src/store/control-document.ts';
import {degradeChangeTable} from '../../../src/view/degrade/change-table.ts';
import {degradeTable} from '../../../src/view/degrade/status-table.ts';
import type {DegradeChange, DegradeReport} from '../../../src/view/model/degrade.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import type {Times} from '../../../src/view/when.ts';
import {LiveState, NOON} from '../../operate/live-state.ts';
import {LOAD_POLICY, putDegradation} from '../../operate/load-state.ts';
import {expectGolden} from '../../support/golden.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {MINUTE, S} from '../../support/instants.ts';
import {unsafeIn, withoutColour} from '../unsafe.ts';

const TIMES: Times = {format: 'relative', timeZone: 'UTC', now: NOON / 1_000};

const stateOf = async (more: {readonly by?: string; readonly reason?: string} = {}): Promise<LiveState> => {
  const state = new LiveState(LOAD_POLICY);
  const byRule = {
    mode: 'shed-low',
    since: NOON - 3 * MINUTE,
    pressure: 1.04,
    signal: 'cpu',
    steppedAt: NOON - S,
  } as const;
  await putDegradation(state.store, byRule);
  state.now = NOON - MINUTE;
  await setManualMode(state.store, {
    mode: 'essential-only',
    by: 'ada@build-7',
    reason: 'database failover',
    lasts: 30 * MINUTE,
    ...more,
  });
  state.now = NOON;
  const sample = {cpu: 0.83, memory: 0.402, eventLoop: 12_400, responseTime: 2_310_000};
  await putLoad(state.store, {instance: more.by ?? 'build-7:17:abc', sample, at: NOON - S}, 5 * S);
  const idle = {cpu: 0.1, memory: undefined, eventLoop: 900, responseTime: undefined};
  await putLoad(state.store, {instance: 'build-8:9:def', sample: idle, at: NOON - 4 * S}, 5 * S);
  return state;
};

const reportOf = async (state: LiveState): Promise<DegradeReport> => ({
  store: 'redis://cache:6379',
  ...(await readDegrade(state.store, state.loaded.policy)),
});

const changeOf = async (
  state: LiveState,
  action: 'set' | 'clear',
  dryRun: boolean,
): Promise<DegradeChange> => {
  const seen = await seeMode(state.store);
  const manual = {...seen.manual!, mode: 'closed', reason: 'data is being repaired', at: NOON} as const;
  const after = planned(seen.state, action === 'set' ? manual : undefined);
  return {
    ...{action, dryRun, store: 'redis://cache:6379', changed: true, by: 'ada', host: 'build-7', why: 'over'},
    degradation: statusDegradation(after, state.loaded.policy, NOON),
    before: statusManual(seen.manual!),
  };
};

describe('goldens', () => {
  test.each([60, 100, 200])('degrade at %d columns', async (width) => {
    const text = degradeTable(await reportOf(await stateOf()), TIMES, {width, ascii: false, colour: false});
    expectGolden(`degrade/status-${width}.txt`, text);
  });
  test('degrade in ASCII', async () => {
    const text = degradeTable(await reportOf(await stateOf()), TIMES, {
      width: 100,
      ascii: true,
      colour: false,
    });
    expect(text).toMatch(/^[\n -~]*$/);
    expectGolden('degrade/status-100-ascii.txt', text);
  });
  test.each([60, 100])('set, clear and their dry runs at %d columns', async (width) => {
    const state = await stateOf();
    const texts: string[] = [];
    for (const action of ['set', 'clear'] as const)
      for (const dryRun of [false, true])
        texts.push(
          degradeChangeTable(await changeOf(state, action, dryRun), TIMES, {
            width,
            ascii: false,
            colour: false,
          }),
        );
    expectGolden(`degrade/changes-${width}.txt`, texts.join('\n'));
  });
});

test('no line is wider than the terminal, and nothing that somebody wrote acts on it', async () => {
  for (const text of HOSTILE_KEYS.filter((one) => one !== '').slice(0, 30)) {
    const state = await stateOf({by: text, reason: text});
    const report = await reportOf(state);
    const change = await changeOf(state, 'clear', false);
    for (const width of [40, 60, 100]) {
      const style = {width, ascii: false, colour: true};
      const drawn = withoutColour(
        degradeTable(report, TIMES, style) + degradeChangeTable(change, TIMES, style),
      );
      for (const line of drawn.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(width);
      expect(unsafeIn(drawn)).toBeUndefined();
    }
  }
});
