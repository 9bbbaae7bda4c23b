import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import type {Rotation} from '../../../src/engine/refresh/refresh-transitions.ts';
import type {ProviderAnswer} from '../../../src/token/provider/provider-client.ts';
import {dropsAfter, dropsBefore} from '../../support/oauth/behaviour.ts';
import {mostWithin, readJournal, type TokenRequestEntry} from '../../support/oauth/journal.ts';
import {SpawnedFakeOAuth} from '../../support/oauth/spawn-fake-oauth.ts';
import {TokenBook} from '../../support/oauth/token-book.ts';
import {ask, specOf} from './provider-setup.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratectl-oauth-'));
afterAll(() => rmSync(folder, {recursive: true}));

/** What each spending comes to, by the place of the token in the order of issue. */
const spend = (rotation: Rotation, order: readonly number[]): readonly string[] => {
  const book = new TokenBook(rotation);
  const texts = [book.begin().refreshToken!];
  return order.map((at) => {
    const exchange = book.exchange(texts[at]!);
    const next = 'pair' in exchange ? exchange.pair.refreshToken : undefined;
    if (next !== undefined && !texts.includes(next)) texts.push(next);
    return exchange.kind;
  });
};

describe('the fake provider', () => {
  test.each<readonly [Rotation, readonly number[], readonly string[]]>([
    ['strict', [0, 1, 2], ['issued', 'issued', 'issued']],
    ['strict', [0, 0], ['issued', 'reused']],
    // The family is gone: also the token that nobody has spent.
    ['strict', [0, 1, 0, 2], ['issued', 'issued', 'reused', 'revoked']],
    ['grace', [0, 0, 1], ['issued', 'replayed', 'issued']],
    ['grace', [0, 0, 0, 1], ['issued', 'replayed', 'reused', 'revoked']],
    // Only the one just before.
    ['grace', [0, 1, 0], ['issued', 'issued', 'reused']],
    ['none', [0, 0, 0], ['issued', 'issued', 'issued']],
  ])('with %s rotation, spending %j comes to %j', (rotation, order, expected) => {
    expect(spend(rotation, order)).toEqual(expected);
  });

  test('replays the same pair', () => {
    const book = new TokenBook('grace');
    const first = book.begin().refreshToken!;
    const [one, two] = [book.exchange(first), book.exchange(first)];
    expect('pair' in one && 'pair' in two && one.pair === two.pair).toBe(true);
  });

  test('runs as a process, is told what to do, and writes down every request before it answers', async () => {
    const log = join(folder, 'log.jsonl');
    const fake = await SpawnedFakeOAuth.start(['--rotation', 'strict', '--log', log]);
    try {
      const spec = specOf({tokenUrl: fake.tokenUrl});
      const token = (await fake.begin()).refreshToken;
      const spendIt = (refreshToken = token): Promise<ProviderAnswer> => ask(spec, {refreshToken});
      await fake.change({next: [dropsBefore, dropsAfter], expiresIn: 60});
      expect(await spendIt()).toMatchObject({kind: 'answer-lost'});
      expect(await spendIt()).toMatchObject({kind: 'answer-lost'});
      expect(await spendIt()).toMatchObject({kind: 'rejected'});
      const fresh = (await fake.begin()).refreshToken;
      expect(await spendIt(fresh)).toMatchObject({kind: 'token', expiresIn: 60});
      await fake.revokeAll();
      expect(await spendIt(fresh)).toMatchObject({kind: 'rejected'});

      const entries = readJournal(log);
      expect(await fake.requests()).toEqual(entries);
      expect(entries.map(({result, spent, issued, answered}) => [result, spent, issued, answered])).toEqual([
        ['dropped', 0, 0, false],
        ['issued', 1, 2, false],
        ['reused', 1, 0, true],
        ['issued', 3, 4, true],
        ['revoked', 3, 0, true],
      ]);
      expect(mostWithin(entries, 60_000)).toBe(5);
    } finally {
      await fake.stop();
    }
  });

  test('counts requests in the busiest stretch, whose end does not belong to it', () => {
    const at = (mono: number): TokenRequestEntry => ({mono, since: mono}) as TokenRequestEntry;
    expect(mostWithin([], 10)).toBe(0);
    expect(mostWithin([0, 10, 20].map(at), 10)).toBe(1);
    expect(mostWithin([20, 0, 9, 12].map(at), 10)).toBe(3 - 1);
    expect(mostWithin([0, 9, 9.5, 12].map(at), 10)).toBe(3);
  });
});
