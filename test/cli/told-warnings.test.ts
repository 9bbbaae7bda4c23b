/** `warnings` of a JSON answer has what was said on standard error, whoever said it. */
import {randomUUID} from 'node:crypto';
import {expect, test} from 'vitest';
import {generateKey} from '../../src/token/vault/key-ring.ts';
import type {TokenRekey} from '../../src/view/model/token-list.ts';
import {enqueue, kill, TOKEN_POLICY} from '../operate/section-state.ts';
import {type Answer, liveCli} from './live-cli.ts';
import {relay} from './relay.ts';
import {KEY, tokenCli} from './token-cli.ts';

/** What stderr has as warnings and notes, and what the answer has. */
const told = ({out, err}: Answer): readonly [said: readonly string[], answered: readonly string[]] => [
  err
    .trimEnd()
    .split('\n')
    .flatMap((line) => /^(?:warning|note): (?!the receipt is)(.*)$/.exec(line)?.slice(1) ?? []),
  (JSON.parse(out) as {readonly warnings: readonly string[]}).warnings,
];

const OTHER_BUCKETS = ['--algorithm', 'fixed-window', '--limit', '5', '--window', '1m'] as const;

test.each([
  ['an unknown policy', {}, ['--block'], /no policy is known here/],
  ['other buckets', undefined, OTHER_BUCKETS, /these are other buckets than the limit has/],
] as const)('override set: %s', async (_, files, args, expected) => {
  const cli = liveCli({}, files);
  const answer = await cli.run('override', 'set', 'per-ip/a', ...args, '--reason', 'x', '--json');
  const [said, answered] = told(answer);
  expect(said).toEqual([expect.stringMatching(expected)]);
  expect(answered).toEqual(said);
});

test('undo of a queue: what becomes of dead items', async () => {
  const cli = liveCli({}, {'ratectl.yaml': TOKEN_POLICY});
  await cli.with(async (store) => {
    await enqueue(store, 'calls', [['batch', 'dead']]);
    await kill(store, 'calls', 1);
  });
  await cli.run('reset', '--queue', 'calls', '--dead', '--yes', '--reason', 'x', '--receipt', 'r.jsonl');
  const [said, answered] = told(
    await cli.run('reset', '--undo', 'r.jsonl', '--yes', '--reason', 'x', '--json'),
  );
  expect(said).toEqual([expect.stringContaining('they come back as waiting ones')]);
  expect(answered).toEqual(said);
});

test.each(['one', 'all'] as const)(
  'token rekey of %s: a token whose new key is in force is no failure because the journal was not told',
  async (which) => {
    let breaks = false;
    const port = await relay((request) => breaks && request.includes('journal:audit'));
    const cli = await tokenCli();
    const env = {RATECTL_STORE: `redis://127.0.0.1:${port}?prefix=t${randomUUID().slice(0, 8)}`};
    await cli.run(['token', 'put', 'google'], {stdin: 'a-refresh-token', env});
    breaks = true;
    const {code, out, err} = await cli.run(
      ['token', 'rekey', which === 'one' ? 'google' : '--all', '--json'],
      {env: {...env, RATECTL_VAULT_KEY: `${generateKey('k2')}\n${KEY}`}},
    );
    expect([code, err]).toEqual([0, expect.stringContaining('note: the audit journal was not told')]);
    const {data, warnings} = JSON.parse(out) as {
      readonly data: TokenRekey;
      readonly warnings: readonly string[];
    };
    expect(data.tokens).toMatchObject([{provider: 'google', outcome: 'rekeyed', error: null}]);
    expect(warnings).toEqual([expect.stringContaining('the audit journal was not told')]);
  },
);
