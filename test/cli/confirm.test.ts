import {Readable} from 'node:stream';
import {describe, expect, test} from 'vitest';
import {type ConfirmFlags, confirmChange, type Stake} from '../../src/cli/confirm.ts';
import {testContext} from './test-context.ts';

/** Answers with what was asked; rejects as `confirmChange` does. `typed` undefined: no terminal. */
const ask = async (stake: Partial<Stake>, flags: Partial<ConfirmFlags>, typed?: string): Promise<string> => {
  const context = testContext();
  const terminal = typed !== undefined;
  const stdin = Object.assign(Readable.from([typed ?? '']), {isTTY: terminal});
  const err = {...context.streams.err, isTTY: terminal};
  await confirmChange(
    {what: 'reset these 3 keys', reach: 'many', count: 3, production: undefined, ...stake},
    {input: true, ...flags},
    {...context, streams: {...context.streams, stdin, err}},
  );
  return context.written.err;
};

const refused = {exit: 4, code: 'safety/not-confirmed'};

describe('on a terminal', () => {
  test.each([
    ['one key wants a yes', {reach: 'one'}, 'y\n', 'reset these 3 keys? [y/N] '],
    ['… in full', {reach: 'one'}, ' YES \n', 'reset these 3 keys? [y/N] '],
    ['several want their number', {}, '3\n', 'type 3 to reset these 3 keys: '],
    ['… as it is shown, too', {count: 1_234}, '1,234\n', 'type 1234 to reset these 3 keys: '],
    [
      'production wants its name',
      {production: 'prod', reach: 'one'},
      'prod\n',
      'type prod to reset these 3 keys: ',
    ],
  ] as const)('%s', async (_, stake, typed, question) => {
    expect(await ask(stake, {}, typed)).toBe(question);
  });

  test.each([
    ['no', {reach: 'one'}, 'n\n'],
    ['nothing', {reach: 'one'}, '\n'],
    ['the end of input', {reach: 'one'}, ''],
    ['yes for several', {}, 'y\n'],
    ['another number', {}, '4\n'],
    ['the number in production', {production: 'prod'}, '3\n'],
    ['yes in production', {production: 'prod', reach: 'one'}, 'y\n'],
    ['control characters', {}, '\u001b[2J\n'],
  ] as const)('%s is a refusal', async (_, stake, typed) => {
    await expect(ask(stake, {}, typed)).rejects.toMatchObject({...refused, hint: 'nothing was changed'});
  });

  test.each([
    ['--yes', {yes: true}, {}],
    ['--confirm and the number', {confirm: '3'}, {}],
    ['--confirm and the name', {confirm: 'prod'}, {production: 'prod'}],
  ])('%s is not asked about', async (_, flags, stake) => {
    expect(await ask(stake, flags, 'n\n')).toBe('');
  });

  test('--yes still asks in production', async () => {
    expect(await ask({production: 'prod'}, {yes: true}, 'prod\n')).toContain('type prod');
  });

  test('a wrong --confirm is not asked about again', async () => {
    await expect(ask({}, {confirm: '4'}, '3\n')).rejects.toMatchObject(refused);
  });
});

describe('without a terminal', () => {
  test.each([
    ['nothing', {}, {}, '--yes is required'],
    ['--no-input on a terminal', {input: false}, {}, '--yes is required'],
    ['production', {}, {production: 'prod'}, '--confirm prod is required'],
    ['production with --yes', {yes: true}, {production: 'prod'}, '--confirm prod is required'],
  ])('%s fails at once', async (_, flags, stake, message) => {
    const typed = 'input' in flags ? 'y\n' : undefined;
    await expect(ask({reach: 'one', ...stake}, flags, typed)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining(message),
    });
  });

  test.each([
    ['--yes', {yes: true}, {}],
    ['--confirm and the number', {confirm: '3'}, {}],
    ['--confirm and the name', {confirm: 'prod'}, {production: 'prod'}],
  ])('%s goes on', async (_, flags, stake) => {
    expect(await ask(stake, flags)).toBe('');
  });
});
