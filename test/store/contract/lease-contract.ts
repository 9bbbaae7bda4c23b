import {describe, expect, test} from 'vitest';
import {Kind} from '../../../src/engine/verdict.ts';
import {HOUR, MINUTE, S} from '../../support/instants.ts';
import {concurrencySpec, fixedWindowSpec, slidingLogSpec} from '../../support/policies.ts';
import {ask, checkOf, kinds, limitOfBuckets, type OnScene, remaining} from './scene.ts';

const address = {limit: 'limit', key: 'a', tier: '', shape: 'k'};

export const describeLeases = (on: OnScene): void => {
  describe('leases', () => {
    const router = limitOfBuckets(concurrencySpec(3, MINUTE));
    const two = checkOf(router, {key: 'a'}, {cost: 2});
    const one = checkOf(router, {key: 'a'});

    test(
      'come with fencing tokens that grow, also after they were released and the key was reset',
      on(async ({store}) => {
        const tokens: number[] = [];
        const grant = async (): Promise<void> => {
          tokens.push((await ask(store, one)).verdicts[0]!.fencingToken);
        };
        await grant();
        await grant();
        expect(await store.release(address, tokens[0]!, 1)).toBe(true);
        expect(await store.release(address, tokens[1]!, 1)).toBe(true);
        await grant();
        expect(tokens[0]).toBeGreaterThan(0);
        expect(tokens).toEqual([...new Set(tokens)].sort((a, b) => a - b));
        expect((await ask(store, checkOf(router, {key: 'a'}, {cost: 4}))).verdicts[0]!.fencingToken).toBe(0);
      }),
    );

    test(
      'are ended by release, all that one request was granted, once',
      on(async ({store}) => {
        const {fencingToken} = (await ask(store, two)).verdicts[0]!;
        await store.check([one]);
        expect(kinds(await ask(store, one))).toEqual([Kind.notYet]);
        expect(await store.release(address, fencingToken, 2)).toBe(true);
        expect(await store.release(address, fencingToken, 2)).toBe(false);
        expect(remaining(await ask(store, one))).toEqual([1]);
      }),
    );

    test(
      'that have ended by themselves, of other keys, tokens or shapes, cannot be released',
      on(async ({store, clock}) => {
        const {fencingToken} = (await ask(store, one)).verdicts[0]!;
        expect(await store.release({...address, key: 'b'}, fencingToken, 1)).toBe(false);
        expect(await store.release({...address, tier: 'pro'}, fencingToken, 1)).toBe(false);
        expect(await store.release(address, fencingToken + 1, 1)).toBe(false);
        expect(await store.release({...address, shape: 't,k'}, fencingToken, 1)).toBe(false);
        clock.now += MINUTE;
        expect(await store.release(address, fencingToken, 1)).toBe(false);
      }),
    );

    test(
      'end after hold, or after the timeout when that is sooner',
      on(async ({store, clock}) => {
        await store.check([checkOf(router, {key: 'a'}, {hold: 2 * S})]);
        await store.check([checkOf(router, {key: 'a'}, {cost: 2, hold: HOUR})]);
        expect((await ask(store, one)).verdicts[0]).toMatchObject({kind: Kind.notYet, retryAfter: 2 * S});
        clock.now += 2 * S;
        expect(remaining(await ask(store, one))).toEqual([0]);
        clock.now += 58 * S;
        expect(remaining(await ask(store, checkOf(router, {key: 'a'}, {cost: 0})))).toEqual([2]);
      }),
    );

    test(
      'are found among other buckets, in every bucket that hands them out',
      on(async ({store}) => {
        const mixed = limitOfBuckets(
          slidingLogSpec(9, HOUR),
          concurrencySpec(2, MINUTE),
          fixedWindowSpec(9, HOUR),
          concurrencySpec(1, HOUR),
        );
        const {fencingToken} = (await ask(store, checkOf(mixed, {key: 'a'}))).verdicts[0]!;
        expect(kinds(await ask(store, checkOf(mixed, {key: 'a'})))).toEqual([Kind.notYet]);
        expect(await store.release({...address, shape: 'l1h,k,f1h,k'}, fencingToken, 1)).toBe(true);
        expect(kinds(await ask(store, checkOf(mixed, {key: 'a'})))).toEqual([Kind.allow]);
        const peek = await ask(store, checkOf(mixed, {key: 'a'}, {cost: 0}));
        expect(peek.verdicts[0]).toMatchObject({remaining: 0, capacity: 1});
      }),
    );
  });
};
