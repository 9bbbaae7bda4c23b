import {describe, expect, test} from 'vitest';
import {problemsOf, provider, section} from './problems-of.ts';

const SOURCES = '{ env: NAME }, { file: PATH } or { command: [PROGRAM, ARGUMENT, …] }';
const NO_SECRET = 'a policy holds no secret: write where it comes from';

const url = (written: string): string => section(`tokens: { a: { clientId: c, tokenUrl: "${written}" } }`);

describe('a secret that is written into a policy by mistake is refused, and is in no message', () => {
  test.each([
    ['a text', provider('clientSecret: hunter2')],
    ['a number', provider('clientSecret: 4815162342')],
    ['without quotes in braces', provider('clientSecret: {hunter2}')],
    ['in a list', provider('clientSecret: [hunter2]')],
    ['under another name', provider('clientSecret: { value: hunter2 }')],
    ['beside a source', provider('clientSecret: { env: S, value: hunter2 }')],
    ['as the name of a variable', provider('clientSecret: { env: "hunter2!" }')],
    ['as a command', provider('clientSecret: { command: echo hunter2 }')],
    ['as a key', provider('auth: private-key-jwt', 'clientKey: "-----BEGIN hunter2"')],
    ['where none belongs', provider('auth: none', 'clientSecret: hunter2')],
    ['as an alias', provider('clientSecret: *hunter2')],
    ['as a parameter', provider('parameters: { client_secret: hunter2 }')],
    ['as a parameter that is a number', provider('parameters: { pin: 4815162342 }')],
    ['as the password of the URL', url('https://u:hunter2@x.example/t')],
    ['as the password of a URL that is none', url('https://u:hunter2@')],
    ['as the user of a URL over http', url('http://hunter2@x.example/t')],
    ['in the query of the URL', url('https://x.example/t?client_secret=hunter2')],
    ['in the query of a URL over http', url('http://x.example/t?key=hunter2')],
    ['under the name of another tool', provider('client_secret: hunter2')],
  ])('%s', (_title, text) => {
    const messages = problemsOf(text);
    expect(messages).not.toEqual([]);
    expect(messages.join('\n')).not.toMatch(/hunter2|4815162342/);
  });

  test('and the message says what to write instead', () => {
    expect(problemsOf(provider('clientSecret: hunter2'))).toEqual([
      `p.yaml:5:19: tokens.a.clientSecret: expected ${SOURCES}, got a text (${NO_SECRET})`,
    ]);
  });
});
