import {chmodSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, describe, expect, test} from 'vitest';
import type {SecretSource} from '../../../src/engine/refresh/token-provider-spec.ts';
import {type ReadSecret, readSecret, type SecretForm} from '../../../src/token/secret/read-secret.ts';
import {createSecretReader} from '../../../src/token/secret/secret-reader.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratectl-secret-'));
afterAll(() => rmSync(folder, {recursive: true}));

const env = {PATH: process.env['PATH'], DESK: 'hunter2', EMPTY: ''};
const read = (source: SecretSource, form?: SecretForm): Promise<ReadSecret> =>
  readSecret(source, {env, folder}, form);
const write = (name: string, text: string, mode = 0o600): SecretSource => {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), mode);
  return {kind: 'file', path: name};
};
const node = (script: string): SecretSource => ({kind: 'command', argv: [process.execPath, '-e', script]});

const expectRefused = async (reading: Promise<ReadSecret>, message: RegExp): Promise<void> => {
  const error = await reading.catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({
    isRatectlError: true,
    code: 'token/secret',
    message: expect.stringMatching(message),
  });
  expect(
    JSON.stringify(error) + String((error as Error).stack) + String((error as Error).cause),
  ).not.toContain('hunter2');
};

const PEM = '-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----\n';

describe('a secret', () => {
  test.each<readonly [string, SecretSource, SecretForm, string]>([
    ['of a variable', {kind: 'env', name: 'DESK'}, 'line', 'hunter2'],
    ['of a file is its first line', write('line', '\ufeff p@ü \r\nmore\n'), 'line', ' p@ü '],
    ['of a file is all of it, for keys', write('pem', PEM), 'text', PEM],
    ['of a command is its first line', node('console.log("hunter2\\nmore")'), 'line', 'hunter2'],
    ['of a command is all of it, for keys', node('console.log("a\\nb")'), 'text', 'a\nb\n'],
    [
      'of a command that asks for input',
      node('process.stdin.on("end",()=>console.log("x")).resume()'),
      'line',
      'x',
    ],
    ['of a command in the folder of the policy', node('console.log(process.cwd())'), 'line', folder],
  ])('%s', async (_, source, form, expected) => {
    expect(await read(source, form)).toEqual({secret: expected, warnings: []});
  });

  test('in a file that others can read is worth a warning', async () => {
    expect((await read(write('open', 'hunter2\n', 0o640))).warnings).toEqual([
      `the secret in ${join(folder, 'open')} can be read by other users: chmod 600 it`,
    ]);
  });

  test.each<readonly [string, SecretSource, RegExp]>([
    [
      'a variable that is not set',
      {kind: 'env', name: 'NONE'},
      /^a secret is expected in NONE, which is not set$/,
    ],
    ['an empty variable', {kind: 'env', name: 'EMPTY'}, /^a secret is expected in EMPTY, which is not set$/],
    ['no file', {kind: 'file', path: 'none'}, /^cannot read the secret in ".*none": no such file$/],
    ['a folder', {kind: 'file', path: '.'}, /^cannot read the secret in ".*": it is a folder$/],
    ['an empty file', write('empty', ''), /^the file ".*empty" gives no secret: its first line is empty$/],
    ['a large file', write('large', 'hunter2'.repeat(10_000)), /: it is larger than 64 KiB$/],
    [
      'no program',
      {kind: 'command', argv: ['no-such-program']},
      /^cannot run the command "no-such-program" .*: there is no such program$/,
    ],
    ['an empty program', {kind: 'command', argv: ['']}, /^cannot run the command "" for a secret: /],
    [
      'a command that fails',
      node('console.log("hunter2");console.error("no \\u001b[1m");process.exit(3)'),
      /^the command ".*node" for a secret ended with 3: no \\u001b\[1m$/,
    ],
    [
      'a command that says nothing',
      node(''),
      /^the command ".*node" gives no secret: its first line is empty$/,
    ],
    [
      'a command that says too much',
      node('process.stdout.write("hunter2".repeat(1e5))'),
      /writes more than 64 KiB$/,
    ],
    ['a command that is killed', node('process.kill(process.pid,"SIGTERM")'), /was ended by SIGTERM$/],
  ])('cannot be had from %s, which is said without it', async (_, source, message) => {
    await expectRefused(read(source), message);
  });

  test('cannot be had from a command that takes too long, which is said without it', async () => {
    const source = node('console.log("hunter2");setTimeout(()=>{},60000)');
    const reading = readSecret(source, {env, folder, commandTimeoutMs: 500});
    await expectRefused(reading, /took longer than 500ms$/);
  });

  test('of a command is no longer waited for when the signal comes', async () => {
    const stop = new AbortController();
    const waiting = readSecret(node('setTimeout(()=>{},60000)'), {env, folder, signal: stop.signal});
    setTimeout(() => stop.abort(), 100);
    await expect(waiting).rejects.toMatchObject({
      exit: 130,
      message: expect.stringMatching(/was interrupted$/),
    });
  });
});

test('a reader keeps what it read until it is forgotten, and warns once', async () => {
  const warnings: string[] = [];
  const reader = createSecretReader({env, folder, onWarning: (warning) => warnings.push(warning)});
  const {signal} = new AbortController();
  const source = write('rotated', 'one', 0o644);
  expect(await reader.read(source, 'line', signal)).toBe('one');
  write('rotated', 'two', 0o644);
  expect(await reader.read(source, 'line', signal)).toBe('one');
  reader.forget({...source});
  expect(await reader.read(source, 'line', signal)).toBe('two');
  expect(warnings).toHaveLength(1);
});

test('what could not be read is asked for again', async () => {
  const reader = createSecretReader({env, folder});
  const {signal} = new AbortController();
  const source: SecretSource = {kind: 'file', path: 'later'};
  await expect(reader.read(source, 'line', signal)).rejects.toThrow('no such file');
  write('later', 'here');
  expect(await reader.read(source, 'line', signal)).toBe('here');
});
