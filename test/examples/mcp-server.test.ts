import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {Client} from '@modelcontextprotocol/sdk/client/index.js';
import {getDefaultEnvironment, StdioClientTransport} from '@modelcontextprotocol/sdk/client/stdio.js';
import {expect, onTestFinished, test} from 'vitest';
import {folderWith, policyOf} from '../e2e/command.ts';
import {ownStore, scriptOf} from './example.ts';

const connected = async (env: Record<string, string>): Promise<Client> => {
  const client = new Client({name: 'test', version: '1'});
  await client.connect(
    new StdioClientTransport({
      command: process.execPath,
      args: [scriptOf('mcp-server')],
      env: {...getDefaultEnvironment(), ...env},
      cwd: folderWith({}),
      stderr: 'ignore',
    }),
  );
  onTestFinished(() => client.close());
  return client;
};

interface LimitError {
  readonly code: number;
  readonly data: {readonly type: string; readonly limit: string; readonly retryAfterMs: number};
}

/** Calls a tool until it is refused: how often it was served, and the error. */
const untilRefused = async (call: () => Promise<unknown>): Promise<{served: number; error: LimitError}> => {
  for (let served = 0; served < 50; served++) {
    try {
      await call();
    } catch (error) {
      return {served, error: error as LimitError};
    }
  }
  throw new Error('never refused');
};

test('tools have limits of their own; a refused call says when to come back, and is served then', {
  timeout: 60_000,
}, async () => {
  const client = await connected(ownStore());
  const report = (): Promise<unknown> => client.callTool({name: 'report', arguments: {}});
  const {served, error} = await untilRefused(report);
  expect(served).toBeGreaterThanOrEqual(2);
  expect(error).toMatchObject({
    code: -32_000,
    message: expect.stringMatching(/rate limit exceeded \(report\); try again in [123]s$/),
    data: {
      type: 'rate_limit',
      limit: 'report',
      tier: null,
      capacity: 2,
      window: '3s',
      remaining: 0,
      never: false,
    },
  });
  // The other tool is not concerned.
  expect(await client.callTool({name: 'search', arguments: {word: 'rocket'}})).toMatchObject({
    content: [{text: 'rocket skates, rocket'}],
  });
  await sleep(error.data.retryAfterMs + 5);
  expect(await report()).toMatchObject({content: [{text: '4 items'}]});
});

/** The limit of the example over a time in which no slow machine gets done. */
const slowly = (): Record<string, string> => {
  const limit =
    '{name: report, key: "{key}", when: {tool: report}, algorithm: sliding-log, limit: 2, window: 1h}';
  return {RATE_LIMIT_POLICY: join(folderWith({'ratectl.yaml': policyOf(limit)}), 'ratectl.yaml')};
};

test('two processes of the server share the limits', {timeout: 60_000}, async () => {
  const store = {...ownStore(), ...slowly()};
  const [a, b] = await Promise.all([connected(store), connected(store)]);
  const {served} = await untilRefused(async () => {
    await a.callTool({name: 'report', arguments: {}});
    await b.callTool({name: 'report', arguments: {}});
  });
  expect(served).toBe(1);
});

test('standard output holds the protocol only, and the server ends with its input', {
  timeout: 60_000,
}, async () => {
  const child = spawn(process.execPath, [scriptOf('mcp-server')], {
    env: {...process.env, ...ownStore(), ...slowly()},
    cwd: folderWith({}),
  });
  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: {protocolVersion: '2025-06-18', capabilities: {}, clientInfo: {name: 'test', version: '1'}},
  };
  const call = (id: number): object => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: {name: 'report', arguments: {}},
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  const messages = [
    initialize,
    {jsonrpc: '2.0', method: 'notifications/initialized'},
    call(2),
    call(3),
    call(4),
  ];
  child.stdin.write(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  while (out.split('\n').length <= 4) await once(child.stdout, 'data');
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
  const answers = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as {id: number; error?: object});
  expect(answers.map(({id}) => id).sort()).toEqual([1, 2, 3, 4]);
  expect(answers.filter(({error}) => error !== undefined)).toMatchObject([{id: 4, error: {code: -32_000}}]);
});
