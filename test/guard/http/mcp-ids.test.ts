import {setImmediate} from 'node:timers/promises';
import {expect, onTestFinished, test} from 'vitest';
import {createLimiter} from '../../../src/guard/create-limiter.ts';
import {limitMcpTransport} from '../../../src/guard/http/limit-mcp-transport.ts';
import type {CheckingLimiter} from '../../../src/guard/http/limiter-port.ts';
import type {Limiter} from '../../../src/guard/limiter.ts';

interface Message {
  readonly id?: unknown;
  readonly method?: string;
}

/** What comes over it is given to `receive`; what the server was given is in `served`. */
class Wire {
  onmessage?: ((message: never) => void) | undefined;
  onclose?: (() => void) | undefined;
  readonly sent: Message[] = [];
  readonly served: Message[] = [];

  async send(message: Message): Promise<void> {
    this.sent.push(message);
  }

  receive(id: unknown): void {
    const message = {jsonrpc: '2.0', id, method: 'tools/call', params: {name: 'x'}};
    this.onmessage?.(message as never);
  }
}

const SLOTS = {name: 'slots', key: 'all', algorithm: 'concurrency', max: 2, timeout: '1h'};

const connected = async (
  checking: (limiter: Limiter) => CheckingLimiter = (limiter) => limiter,
): Promise<{readonly wire: Wire; readonly server: Wire; readonly free: () => Promise<number>}> => {
  const limiter = await createLimiter({policy: {version: 1, limits: [SLOTS]}, store: 'memory:'});
  onTestFinished(() => limiter.close());
  const wire = new Wire();
  const server = limitMcpTransport(wire, checking(limiter));
  server.onmessage = (message: Message) => void wire.served.push(message);
  server.onclose = () => undefined;
  return {wire, server, free: async () => (await limiter.peek({}, {cost: 0})).remaining};
};

const settled = async (): Promise<void> => {
  for (let i = 0; i < 5; i++) await setImmediate();
};

test('two calls with one id: the answer to the first takes no slot from the second, which is given back with its own', async () => {
  const {wire, server, free} = await connected();
  wire.receive(7);
  wire.receive(7);
  await settled();
  expect(await free()).toBe(0);
  await server.send({id: 7, result: {}} as Message);
  await settled();
  expect(await free()).toBe(1);
  await server.send({id: 7, result: {}} as Message);
  await settled();
  expect(await free()).toBe(2);
});

test('an answer that comes while another call with its id is checked leaves that one its slot until it is answered', async () => {
  let open = (): void => undefined;
  let calls = 0;
  const {wire, server, free} = await connected((limiter) => ({
    policy: limiter.policy,
    check: async (attributes, options) => {
      if (++calls === 2)
        await new Promise<void>((resolve) => {
          open = resolve;
        });
      return limiter.check(attributes, {cost: options?.cost ?? 1});
    },
  }));
  wire.receive('a');
  await settled();
  wire.receive('a');
  await server.send({id: 'a', result: {}} as Message);
  open();
  await settled();
  expect(wire.served).toHaveLength(2);
  expect(await free()).toBe(1);
  await server.send({id: 'a', result: {}} as Message);
  await settled();
  expect(await free()).toBe(2);
});

test('a call that cannot be answered is not remembered: closing the connection aborts nothing that is long done', async () => {
  const signals: AbortSignal[] = [];
  const {wire} = await connected((limiter) => ({
    policy: limiter.policy,
    check: (attributes, options) => {
      signals.push(options!.signal!);
      return limiter.check(attributes, {cost: 1});
    },
  }));
  for (let i = 0; i < 10; i++) wire.receive(null);
  await settled();
  wire.onclose?.();
  expect(signals).toHaveLength(10);
  expect(signals.filter(({aborted}) => aborted)).toEqual([]);
});
