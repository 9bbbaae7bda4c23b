import {createServer, type IncomingMessage} from 'node:http';
import type {AddressInfo} from 'node:net';
import {describe, expect, onTestFinished, test} from 'vitest';
import {AlertBook} from '../../src/serve/alerts/alert-book.ts';
import type {Condition} from '../../src/serve/alerts/conditions.ts';
import {Webhook} from '../../src/serve/alerts/webhook.ts';
import {S} from '../support/instants.ts';
import {serve, until} from './served.ts';
import {fillStore, SERVED_POLICY} from './served-state.ts';
import {openedStore, storeUrl} from './store-of.ts';

const condition = (kind: Condition['kind'], subject: string, text = ''): Condition => ({
  kind,
  subject,
  text,
  next: '',
});

const OPEN = condition('breaker-open', 'provider');
const NEAR = condition('limit-near', 'per-ip');
const LOST = condition('store-lost', 'redis://cache');

/** One row per look: the second it is made in, what is seen, what is told. */
type Row = readonly [
  second: number,
  seen: readonly Condition[],
  told: readonly string[],
  known?: 'all' | 'store',
];

describe('what is told about conditions, repeated every 60 s', () => {
  test.each<{name: string; rows: readonly Row[]}>([
    {
      name: 'once when it begins, once when it is over',
      rows: [
        [0, [OPEN], ['firing breaker-open']],
        [5, [OPEN], []],
        [10, [], []],
        [15, [], ['resolved breaker-open']],
        [20, [], []],
        [25, [OPEN], ['firing breaker-open']],
      ],
    },
    {
      name: 'what is gone for one look only goes on',
      rows: [
        [0, [NEAR], ['firing limit-near']],
        [5, [], []],
        [10, [NEAR], []],
        [15, [], []],
        [20, [NEAR], []],
      ],
    },
    {
      name: 'again after the time of repetition, not before',
      rows: [
        [0, [OPEN], ['firing breaker-open']],
        [55, [OPEN], []],
        [60, [OPEN], ['repeated breaker-open']],
        [115, [OPEN], []],
        [120, [OPEN], ['repeated breaker-open']],
      ],
    },
    {
      name: 'of two subjects each for itself',
      rows: [
        [0, [NEAR], ['firing limit-near']],
        [5, [NEAR, condition('limit-near', 'plan')], ['firing limit-near']],
        [10, [NEAR], []],
        [15, [NEAR], ['resolved limit-near']],
      ],
    },
    {
      name: 'while the store is lost nothing is over, since nobody can say',
      rows: [
        [0, [OPEN], ['firing breaker-open']],
        [5, [LOST], ['firing store-lost'], 'store'],
        [10, [LOST], [], 'store'],
        [15, [OPEN], ['resolved store-lost']],
        [20, [OPEN], []],
      ],
    },
    {name: 'of the same condition twice in a look once', rows: [[0, [OPEN, OPEN], ['firing breaker-open']]]},
  ])('$name', ({rows}) => {
    const book = new AlertBook(60 * S);
    for (const [second, conditions, told, known = 'all'] of rows)
      expect(
        book.update({known, conditions}, second * S).map(({status, kind}) => `${status} ${kind}`),
        `second ${second}`,
      ).toEqual(told);
  });

  test('a notice says since when, and the words of the last look', () => {
    const book = new AlertBook(60 * S);
    book.update({known: 'all', conditions: [condition('limit-near', 'per-ip', '1 key')]}, 10 * S);
    book.update({known: 'all', conditions: [condition('limit-near', 'per-ip', '9 keys')]}, 20 * S);
    book.update({known: 'all', conditions: []}, 30 * S);
    expect(book.update({known: 'all', conditions: []}, 40 * S)).toMatchObject([
      {status: 'resolved', since: 10 * S, at: 40 * S, text: '9 keys'},
    ]);
  });

  test('10,000 subjects are followed up to a bound', () => {
    const many = Array.from({length: 10_000}, (_, i) => condition('queue-dead', `q${i}`));
    expect(new AlertBook(S).update({known: 'all', conditions: many}, 0)).toHaveLength(1_000);
  });
});

interface Hook {
  readonly url: string;
  readonly bodies: Record<string, unknown>[];
  /** How the next requests are answered; 204 when there is none. */
  readonly next: ((
    request: IncomingMessage,
  ) => {status: number; headers?: Record<string, string>} | 'hang')[];
}

const hook = async (): Promise<Hook> => {
  const bodies: Record<string, unknown>[] = [];
  const next: Hook['next'] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const answer = next.shift()?.(request) ?? {status: 204};
      if (answer === 'hang') return;
      if (answer.status === 204) bodies.push(JSON.parse(text) as Record<string, unknown>);
      response.writeHead(answer.status, answer.headers).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-path`, bodies, next};
};

/** `timeoutMs`: longer than a machine stands still, or what was answered is sent again. */
const sender = (url: string, told: string[] = [], timeoutMs = 20_000): Webhook => {
  const webhook = new Webhook({
    url: new URL(url),
    timeoutMs,
    backoff: {first: 10_000, most: 50_000},
    onTrouble: (text) => told.push(text),
  });
  onTestFinished(() => webhook.close(0));
  return webhook;
};

describe('--alert-webhook', {timeout: 60_000}, () => {
  test('tries again after 500, 429, a hang and a dropped connection, and keeps the order', async () => {
    const {url, bodies, next} = await hook();
    next.push(
      () => ({status: 500}),
      () => ({status: 429}),
      () => 'hang',
      (request) => {
        request.socket.destroy();
        return 'hang';
      },
    );
    const webhook = sender(url, [], 2_500);
    webhook.send({n: 1});
    webhook.send({n: 2});
    await until(() => bodies.length === 2);
    expect(bodies).toEqual([{n: 1}, {n: 2}]);
  });

  test('a refusal is told and not tried again; a redirection is one; the address stays a secret', async () => {
    const {url, bodies, next} = await hook();
    const told: string[] = [];
    next.push(
      () => ({status: 400}),
      () => ({status: 302, headers: {location: url}}),
    );
    const webhook = sender(url, told);
    for (const n of [1, 2, 3]) webhook.send({n});
    await until(() => bodies.length === 1);
    expect(bodies).toEqual([{n: 3}]);
    expect(told).toHaveLength(2);
    expect(told.join()).not.toContain('secret-path');
  });

  test('gives up after eight attempts', async () => {
    const {url, bodies, next} = await hook();
    const told: string[] = [];
    for (let i = 0; i < 8; i++) next.push(() => ({status: 503}));
    const webhook = sender(url, told);
    webhook.send({n: 1});
    webhook.send({n: 2});
    await until(() => bodies.length === 1);
    expect(bodies).toEqual([{n: 2}]);
    expect(told).toEqual([expect.stringContaining('it answered 503 8 times')]);
  });

  test('keeps at most 1,000, the latest', async () => {
    const {url, bodies, next} = await hook();
    // The first is sent once more when the others wait behind it.
    next.push(() => ({status: 503}));
    const told: string[] = [];
    const webhook = sender(url, told);
    for (let n = 0; n < 1_500; n++) webhook.send({n});
    await until(() => bodies.length === 1_001, 90_000);
    expect(bodies.at(-1)).toEqual({n: 1_499});
    expect(bodies.map(({n}) => n).slice(0, 2)).toEqual([0, 500]);
    expect(told.join()).toContain('499 alerts were not sent');
  }, 120_000);

  test('serve sends what begins as JSON, to the address in the environment, and never writes it', async () => {
    const {url, bodies} = await hook();
    const store = storeUrl('sqlite');
    await fillStore(await openedStore(store));
    const serving = await serve(['--alert-log'], {
      store,
      policy: SERVED_POLICY,
      env: {RATECTL_ALERT_WEBHOOK: url},
    });
    const kinds = ['token-reauthorise', 'breaker-open', 'queue-dead', 'limit-near', 'limit-reached'];
    await until(() => kinds.every((kind) => bodies.some((body) => body['kind'] === kind)));
    const logged = () => serving.lines().filter(({event}) => event === 'alert');
    // What is logged is on its way.
    await until(() => bodies.length === logged().length);
    expect(bodies[0]).toMatchObject({
      schema: 'ratectl.alert/1',
      event: 'alert',
      status: 'firing',
      context: null,
    });
    const reached = bodies.find(({kind, subject}) => kind === 'limit-reached' && subject === 'per-ip');
    expect(reached!['text']).toMatch(/^limit per-ip: 3 keys are limited: 203\.0\.113\.7, /);
    expect(serving.context.written.err).not.toContain('secret-path');
  });
});
