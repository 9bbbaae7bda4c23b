import {createServer} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expect, onTestFinished, test} from 'vitest';
import {Webhook} from '../../src/serve/alerts/webhook.ts';
import {until} from './served.ts';

test.each([
  ['hook:s%C3%A9cret%40', 'hook:sécret@'],
  ['only', 'only:'],
  [':100%25', ':100%'],
  ['a%ZZ:b', 'a%ZZ:b'],
])('an address with %s@ is asked with these credentials, which are never told', async (given, sent) => {
  const seen: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    request.resume();
    seen.push(request.headers.authorization);
    response.writeHead(seen.length === 1 ? 204 : 400).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const {port} = server.address() as AddressInfo;
  const told: string[] = [];
  const webhook = new Webhook({
    url: new URL(`http://${given}@127.0.0.1:${port}/hook`),
    backoff: {first: 10_000, most: 10_000},
    onTrouble: (text) => told.push(text),
  });
  onTestFinished(() => webhook.close(0));
  webhook.send({n: 1});
  webhook.send({n: 2});
  await until(() => told.length === 1);
  const basic = `Basic ${Buffer.from(sent).toString('base64')}`;
  expect(seen).toEqual([basic, basic]);
  expect(told).toEqual([`webhook http://127.0.0.1:${port}: an alert was not sent, it answered 400`]);
});
