import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {Webhook} from '../../src/serve/alerts/webhook.ts';
import {until} from './served.ts';

/** Answers the first requests, and no more. */
const receiver = async (answered: number): Promise<{readonly url: URL; readonly asked: () => number}> => {
  let asked = 0;
  const server = createServer((request, response) => {
    request.resume();
    if (++asked <= answered) response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`),
    asked: () => asked,
  };
};

test.each([
  [0, 3, ['3 alerts were not sent: the process ends']],
  [2, 3, ['1 alert was not sent: the process ends']],
  [3, 3, []],
])('of alerts of which %i were taken in time, of %i, the end tells the rest', async (taken, sent, lines) => {
  const {url, asked} = await receiver(taken);
  const told: string[] = [];
  const webhook = new Webhook({url, timeoutMs: 60_000, onTrouble: (text) => told.push(text)});
  for (let n = 0; n < sent; n++) webhook.send({n});
  await until(() => asked() === Math.min(taken + 1, sent));
  await webhook.close(taken === sent ? 10_000 : 20);
  expect(told).toEqual(lines.map((line) => `webhook ${url.origin}: ${line}`));
});
