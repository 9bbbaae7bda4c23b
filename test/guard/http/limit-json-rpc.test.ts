import {describe, expect, test} from 'vitest';
import {limitJsonRpc} from '../../../src/guard/http/limit-json-rpc.ts';
import {CountingLimiter} from './counting-limiter.ts';

const call = (id: unknown, method = 'tools/call'): object => ({
  jsonrpc: '2.0',
  id,
  method,
  params: {name: 'hello'},
});

const echo = (message: unknown): unknown => {
  const {id} = message as {id?: unknown};
  return id === undefined ? undefined : {jsonrpc: '2.0', id, result: 'ok'};
};

const ok = (id: unknown): object => ({jsonrpc: '2.0', id, result: 'ok'});
const refused = (id: unknown): object =>
  expect.objectContaining({jsonrpc: '2.0', id, error: expect.objectContaining({code: -32_000})});

describe('limitJsonRpc', () => {
  test('answers refused requests with their own id', async () => {
    const handle = limitJsonRpc(echo, new CountingLimiter(1));
    expect(await handle(call('a'), {})).toEqual(ok('a'));
    expect(await handle(call('b'), {})).toEqual(refused('b'));
    expect(await handle(call(0), {})).toEqual(refused(0));
  });

  test('a batch is as many calls as it holds; notifications count, and are dropped when refused', async () => {
    const limiter = new CountingLimiter(3);
    const handle = limitJsonRpc(echo, limiter);
    const notification = {jsonrpc: '2.0', method: 'tools/call', params: {name: 'hello'}};
    const batch = [call(1), notification, call(2), call(3), call(4, 'ping')];
    expect(await handle(batch, {})).toEqual([ok(1), ok(2), refused(3), ok(4)]);
    expect([limiter.asked.length, limiter.held]).toEqual([4, 0]);
    expect(await handle([notification], {})).toBeUndefined();
  });

  test.each([[[]], [null], ['text'], [42], [{}], [[null, 7]], [{id: 1, method: 7}]])(
    'what is malformed (%j) is the handler’s to answer',
    async (message) => {
      const limiter = new CountingLimiter(0);
      const seen: unknown[] = [];
      await limitJsonRpc((given) => void seen.push(given), limiter)(message, {});
      expect(seen).toEqual(Array.isArray(message) && message.length > 0 ? message : [message]);
      expect(limiter.asked).toEqual([]);
    },
  );

  test('leaving the id out, or sending none that there is, does not step around the limits', async () => {
    const limiter = new CountingLimiter(0);
    let ran = 0;
    const handle = limitJsonRpc(() => ran++, limiter);
    for (const id of [null, {}, true]) expect(await handle(call(id), {})).toEqual(refused(null));
    expect(await handle(call(undefined), {})).toBeUndefined();
    expect([ran, limiter.asked.length]).toEqual([0, 4]);
  });

  test('who calls is taken from the context', async () => {
    const limiter = new CountingLimiter();
    const handle = limitJsonRpc(echo, limiter);
    await handle(call(1), {sessionId: 's'});
    await handle(call(1), {sessionId: 's', authInfo: {clientId: 'c'}});
    expect(limiter.asked.map(({attributes}) => attributes['key'])).toEqual(['s', 'c']);
  });

  test('a tool that is no text has no name', async () => {
    const limiter = new CountingLimiter();
    const handle = limitJsonRpc(echo, limiter);
    for (const params of [undefined, null, [], {name: 7}, {name: {}}, 'hello'])
      await handle({jsonrpc: '2.0', id: 1, method: 'tools/call', params}, {});
    expect(limiter.asked.map(({attributes}) => attributes['tool'])).toEqual(Array(6).fill(undefined));
  });
});
