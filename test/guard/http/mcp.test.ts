import {once} from 'node:events';
import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {Client} from '@modelcontextprotocol/sdk/client/index.js';
import {StreamableHTTPClientTransport} from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {InMemoryTransport} from '@modelcontextprotocol/sdk/inMemory.js';
import {Server} from '@modelcontextprotocol/sdk/server/index.js';
import {McpServer} from '@modelcontextprotocol/sdk/server/mcp.js';
import {StreamableHTTPServerTransport} from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type {Transport} from '@modelcontextprotocol/sdk/shared/transport.js';
import {CallToolRequestSchema} from '@modelcontextprotocol/sdk/types.js';
import {afterEach, describe, expect, test} from 'vitest';
import {limitMcpTransport} from '../../../src/guard/http/limit-mcp-transport.ts';
import {limitTools, ToolLimitError} from '../../../src/guard/http/limit-tools.ts';
import type {McpLimiterOptions} from '../../../src/guard/http/mcp-gate.ts';
import {CountingLimiter} from './counting-limiter.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const text = (words: string): {content: [{type: 'text'; text: string}]} => ({
  content: [{type: 'text', text: words}],
});

interface Tools {
  readonly slow: (signal: AbortSignal) => Promise<unknown>;
}

const serverOf = ({slow}: Tools): McpServer => {
  const server = new McpServer({name: 'test', version: '1'});
  server.registerTool('hello', {description: 'says hello'}, () => text('hello'));
  server.registerTool('slow', {description: 'takes its time'}, async ({signal}) => {
    await slow(signal);
    return text('done');
  });
  return server;
};

/** A client of a server whose transport is limited. */
const connected = async (
  limiter: CountingLimiter,
  options: McpLimiterOptions = {},
  tools: Tools = {slow: async () => undefined},
): Promise<Client> => {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const server = serverOf(tools);
  const client = new Client({name: 'test', version: '1'});
  await server.connect(limitMcpTransport(far, limiter, options));
  await client.connect(near);
  closing.push(() => client.close());
  return client;
};

const until = async (isSo: () => boolean): Promise<void> => {
  for (let i = 0; i < 500 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
  expect(isSo()).toBe(true);
};

describe('limitMcpTransport', () => {
  test('a refused call is a JSON-RPC error with code −32000 and the facts', async () => {
    const client = await connected(new CountingLimiter(1));
    expect(await client.callTool({name: 'hello'})).toMatchObject(text('hello'));
    await expect(client.callTool({name: 'hello'})).rejects.toMatchObject({
      code: -32_000,
      message: expect.stringContaining('rate limit exceeded (per-ip); try again in 1s'),
      data: {type: 'rate_limit', limit: 'per-ip', retryAfter: 1, retryAfterMs: 100, remaining: 0},
    });
  });

  test('only tool calls are limited, unless other methods are named', async () => {
    const limiter = new CountingLimiter(0);
    const client = await connected(limiter);
    expect((await client.listTools()).tools.map(({name}) => name)).toEqual(['hello', 'slow']);
    await client.ping();
    expect(limiter.asked).toEqual([]);
    const strict = await connected(limiter, {methods: ['tools/list', 'ping']});
    await expect(strict.listTools()).rejects.toMatchObject({code: -32_000});
    await expect(strict.ping()).rejects.toMatchObject({code: -32_000});
  });

  test('asks with method, tool and who calls, and what the application adds', async () => {
    const limiter = new CountingLimiter();
    const client = await connected(limiter, {
      attributes: ({tool, params}) => ({plan: 'free', about: `${tool} ${JSON.stringify(params)}`}),
      cost: ({tool}) => (tool === 'slow' ? 5 : 1),
    });
    await client.callTool({name: 'slow', arguments: {}});
    expect(limiter.asked).toEqual([
      {
        attributes: {
          method: 'tools/call',
          tool: 'slow',
          session: undefined,
          client: undefined,
          key: 'local',
          plan: 'free',
          about: 'slow {"name":"slow","arguments":{}}',
        },
        cost: 5,
      },
    ]);
  });

  test('calls at the same time get their own answers', async () => {
    const client = await connected(new CountingLimiter(3));
    const calls = Array.from({length: 10}, () => client.callTool({name: 'hello'}));
    const settled = await Promise.allSettled(calls);
    expect(settled.filter(({status}) => status === 'fulfilled')).toHaveLength(3);
  });

  test('a failure of the check is an internal error, without its words', async () => {
    const limiter = new CountingLimiter();
    limiter.error = new Error('redis://user:secret@host');
    const client = await connected(limiter);
    const failure = client.callTool({name: 'hello'});
    await expect(failure).rejects.toMatchObject({code: -32_603, message: 'MCP error -32603: internal error'});
  });

  test('slots are given back with the answer, also with a refusal', async () => {
    const limiter = new CountingLimiter(1);
    const client = await connected(
      limiter,
      {},
      {
        slow: async () => void expect(limiter.held).toBe(1),
      },
    );
    expect(await client.callTool({name: 'slow'})).toMatchObject(text('done'));
    await until(() => limiter.held === 0);
    await expect(client.callTool({name: 'slow'})).rejects.toThrow();
    await until(() => limiter.held === 0);
  });

  test('slots are given back when the client cancels, or goes away', async () => {
    const limiter = new CountingLimiter();
    const client = await connected(
      limiter,
      {},
      {
        slow: (signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', reject)),
      },
    );
    const stop = new AbortController();
    const cancelled = client.callTool({name: 'slow'}, undefined, {signal: stop.signal});
    await until(() => limiter.held === 1);
    stop.abort();
    await expect(cancelled).rejects.toThrow();
    await until(() => limiter.held === 0);
    const left = client.callTool({name: 'slow'});
    await until(() => limiter.held === 1);
    await client.close();
    await expect(left).rejects.toThrow();
    await until(() => limiter.held === 0);
  });

  test('a call that is cancelled while it is checked never runs', async () => {
    const limiter = new CountingLimiter();
    let open = (): void => undefined;
    limiter.gate = new Promise<void>((resolve) => {
      open = resolve;
    });
    let ran = 0;
    const client = await connected(limiter, {}, {slow: async () => ran++});
    const stop = new AbortController();
    const call = client.callTool({name: 'slow'}, undefined, {signal: stop.signal});
    await until(() => limiter.asked.length === 1);
    stop.abort();
    await expect(call).rejects.toThrow();
    open();
    await client.ping();
    expect([ran, limiter.held]).toEqual([0, 0]);
  });

  test('a call without an id is checked, holds no slot, and is dropped when refused', async () => {
    const limiter = new CountingLimiter(1);
    const [near, far] = InMemoryTransport.createLinkedPair();
    const limited = limitMcpTransport(far, limiter);
    const seen: unknown[] = [];
    limited.onmessage = (message) => void seen.push(message);
    await limited.start();
    const call = {jsonrpc: '2.0', method: 'tools/call', params: {name: 'hello'}} as const;
    await near.send(call);
    await near.send(call);
    await until(() => limiter.asked.length === 2 && limiter.held === 0);
    expect(seen).toEqual([call]);
  });

  test('works over streamable HTTP, where the session is the key', async () => {
    const limiter = new CountingLimiter(1);
    const options: McpLimiterOptions = {attributes: ({headers}) => ({from: `${headers?.['x-from']}`})};
    const transport = new StreamableHTTPServerTransport({sessionIdGenerator: () => 'session-1'});
    const server = serverOf({slow: async () => undefined});
    // The SDK's own types disagree about optional members under exactOptionalPropertyTypes.
    await server.connect(limitMcpTransport(transport, limiter, options) as Transport);
    const http = createServer((request, response) => void transport.handleRequest(request, response));
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    closing.push(async () => {
      await server.close();
      http.closeAllConnections();
      http.close();
    });
    const url = new URL(`http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`);
    const client = new Client({name: 'test', version: '1'});
    await client.connect(
      new StreamableHTTPClientTransport(url, {requestInit: {headers: {'X-From': 'test'}}}) as Transport,
    );
    closing.push(() => client.close());
    expect(await client.callTool({name: 'hello'})).toMatchObject(text('hello'));
    await expect(client.callTool({name: 'hello'})).rejects.toMatchObject({code: -32_000});
    expect(limiter.asked[0]?.attributes).toMatchObject({
      key: 'session-1',
      session: 'session-1',
      from: 'test',
    });
  });
});

describe('limitTools', () => {
  test('with the low-level server, a refused call is a JSON-RPC error', async () => {
    const limiter = new CountingLimiter(1);
    const tools = limitTools({hello: () => text('hello')}, limiter, {
      attributes: ({tool}) => ({about: tool}),
    });
    const server = new Server({name: 'test', version: '1'}, {capabilities: {tools: {}}});
    server.setRequestHandler(CallToolRequestSchema, () => tools.hello());
    const [near, far] = InMemoryTransport.createLinkedPair();
    const client = new Client({name: 'test', version: '1'});
    await server.connect(far);
    await client.connect(near);
    closing.push(() => client.close());
    expect(await client.callTool({name: 'hello'})).toMatchObject(text('hello'));
    await expect(client.callTool({name: 'hello'})).rejects.toMatchObject({
      code: -32_000,
      data: {type: 'rate_limit', limit: 'per-ip'},
    });
    expect(limiter.asked[0]?.attributes).toMatchObject({tool: 'hello', about: 'hello', key: 'local'});
    expect(limiter.held).toBe(0);
  });

  test('arguments and results pass, and the client is taken from the last argument', async () => {
    const limiter = new CountingLimiter();
    const extra = {signal: new AbortController().signal, sessionId: 's', authInfo: {clientId: 'c'}};
    const tools = limitTools({add: ({a, b}: {a: number; b: number}, _extra: typeof extra) => a + b}, limiter);
    expect(await tools.add({a: 1, b: 2}, extra)).toBe(3);
    expect(limiter.asked[0]?.attributes).toMatchObject({key: 'c', client: 'c', session: 's'});
  });

  test('a refused call can be answered in words that the model reads', async () => {
    const tools = limitTools({hello: () => 'hello'}, new CountingLimiter(0), {
      onDenied: ({limit}, tool) => `${tool} is limited by ${limit}`,
    });
    expect(await tools.hello()).toBe('hello is limited by per-ip');
  });

  test('slots are given back when the tool fails', async () => {
    const limiter = new CountingLimiter();
    const tools = limitTools({broken: () => Promise.reject(new Error('theirs'))}, limiter);
    await expect(tools.broken()).rejects.toThrow('theirs');
    expect(limiter.held).toBe(0);
    limiter.budget = 0;
    await expect(tools.broken()).rejects.toThrow(ToolLimitError);
    expect(limiter.held).toBe(0);
  });
});
