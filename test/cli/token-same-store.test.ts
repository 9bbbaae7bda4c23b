import {describe, expect, test} from 'vitest';
import {refuses} from '../support/oauth/behaviour.ts';
import {type TokenCli, tokenCli} from './token-cli.ts';

const SAME = ['--context', 'live'] as const;

/** A provider that wants a person, in a context that is named on the command line. */
const refused = async (): Promise<TokenCli> => {
  const cli = await tokenCli();
  cli.production('readOnly: false');
  await cli.begin();
  cli.fake.next.push(refuses(400, 'invalid_grant'));
  expect((await cli.run(['force-refresh', 'google', ...SAME, '--confirm', 'live'])).code).toBe(2);
  return cli;
};

const inOneLine = (text: string): string => text.replace(/\s+/g, ' ');

describe('what to do next names the store that was named', {timeout: 60_000}, () => {
  test('force-refresh and token ls', async () => {
    const cli = await refused();
    const again = inOneLine((await cli.run(['force-refresh', 'google', '--dry-run', ...SAME])).out);
    expect(again).toContain('ratectl token put --context live google');
    const listed = inOneLine((await cli.run(['token', 'ls', ...SAME])).out);
    expect(listed).toContain('ratectl token put --context live google');
    const plain = inOneLine((await cli.run(['token', 'ls'])).out);
    expect(plain).toContain('ratectl token put google');
  });

  test('token put', async () => {
    const cli = await tokenCli();
    cli.production('readOnly: false');
    await cli.with(async () => {});
    const {refreshToken = ''} = cli.fake.book.begin();
    const args = ['token', 'put', 'google', '--dry-run', ...SAME];
    const {out, err} = await cli.run(args, {stdin: `${refreshToken}\n`});
    expect(inOneLine(out), err).toContain('ratectl force-refresh --context live google');
  });

  test('the hint of an error', async () => {
    const cli = await tokenCli(', grant: client-credentials, clientSecret: {env: S}');
    cli.production('readOnly: false');
    await cli.with(async () => {});
    const {refreshToken = ''} = cli.fake.book.begin();
    const {code, err} = await cli.run(['token', 'put', 'google', '--dry-run', ...SAME], {
      stdin: `${refreshToken}\n`,
    });
    expect([code, err]).toEqual([2, expect.stringContaining('ratectl force-refresh --context live google')]);
  });
});

test('where a person is needed no wait is told, since none helps', {timeout: 60_000}, async () => {
  const cli = await refused();
  const {out} = await cli.run(['force-refresh', 'google', '--dry-run']);
  expect(out).toContain('to be authorised anew');
  expect(out).not.toMatch(/allowed (?:in|now)/);
});
