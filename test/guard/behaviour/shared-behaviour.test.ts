import {randomUUID} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Redis} from 'ioredis';
import {afterAll, describe, expect, inject, onTestFinished, test} from 'vitest';
import type {BehaviourSpec} from '../../../src/engine/behaviour/behaviour-spec.ts';
import {behaviourAddress, readBehaviour} from '../../../src/engine/behaviour/behaviour-state.ts';
import {RequestRouter} from '../../../src/engine/live/request-router.ts';
import {BehaviourBook} from '../../../src/guard/behaviour/behaviour-book.ts';
import {parsePolicy} from '../../../src/policy/load-policy.ts';
import {readMoves} from '../../../src/store/behaviour-moves.ts';
import {openStore} from '../../../src/store/open-store.ts';
import {parseStoreUrl} from '../../../src/store/parse-store-url.ts';
import type {Store} from '../../../src/store/port.ts';
import {processClock, StoreClock} from '../../../src/store/store-clock.ts';
import {RunningTime} from '../process-time.ts';
import {until} from '../support.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratectl-behaviour-'));
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const {policy} = parsePolicy(
  `version: 1
limits:
  - name: plan
    key: "{tenant}"
    tier: "{plan}"
    tiers:
      restricted: [{algorithm: token-bucket, rate: 10/h, burst: 1}]
      free: [{algorithm: token-bucket, rate: 60/h, burst: 6}]
behaviour:
  plan: {ladder: [restricted, free], minimumRequests: 60}
`,
  'ratectl.yaml',
);
const [SPEC] = policy.behaviour as readonly [BehaviourSpec];

/** An application of its own: its connection, its router, its book. */
class Instance {
  readonly store: Store;
  readonly book: BehaviourBook;
  readonly router = new RequestRouter(policy);
  readonly clock = new StoreClock(processClock, Date.now() * 1_000);

  constructor(store: Store, shared: 'by itself' | 'by hand' = 'by itself') {
    this.store = store;
    this.book = new BehaviourBook({
      specs: policy.behaviour,
      call: (ask) => ask(store),
      now: () => this.clock.now(),
      everyMs: 300,
    });
    this.router.setTierMover(this.book.tierOf);
    if (shared === 'by itself') this.book.start();
  }

  async send(tenant: string): Promise<string> {
    const check = this.router.route({tenant, plan: 'free'}, {cost: 1, now: this.clock.now(), hold: 0});
    const [answer] = await this.store.check([check]);
    this.clock.sync(answer!.now);
    this.book.observe(check, answer!);
    return check.layers[0]!.address.tier;
  }

  async close(): Promise<void> {
    await this.book.close();
    await this.store.close();
  }
}

test('a key that somebody else wrote over in Redis is followed alone, and disturbs no other', async () => {
  const prefix = `b_${Math.random().toString(36).slice(2, 10)}:`;
  const instance = new Instance(
    await openStore(parseStoreUrl(inject('redisUrl')), {access: 'write', prefix}),
    'by hand',
  );
  onTestFinished(() => instance.close());
  const redis = new Redis(inject('redisUrl'));
  onTestFinished(async () => {
    await redis.quit();
  });
  await redis.set(`${prefix}plan:b1h:{taken}`, 'something else');
  for (let i = 0; i < 40; i++) {
    await instance.send('taken');
    await instance.send('free');
    await new Promise((resolve) => setTimeout(resolve, 10));
    for (const key of ['taken', 'free'])
      instance.book.count('plan', key, 'free', {allowed: false, retryAfter: 60_000_000});
  }
  await instance.book.share();
  expect(await instance.send('free')).toBe('restricted');
  await instance.book.share();
  expect(await instance.send('taken')).toBe('restricted');
  expect(await redis.get(`${prefix}plan:b1h:{taken}`)).toBe('something else');
});

describe.each([
  ['SQLite', () => `sqlite:${join(folder, `${randomUUID()}.db`)}`],
  ['Redis', () => inject('redisUrl')],
  ['Postgres', () => inject('databaseUrl')],
])('three instances on %s', (_, urlOf) => {
  test('treat a key that floods alike, though none of them saw enough of it alone', {
    timeout: 60_000,
  }, async () => {
    const url = urlOf();
    const prefix = `b_${Math.random().toString(36).slice(2, 10)}`;
    const instances = await Promise.all(
      [1, 2, 3].map(async () => new Instance(await openStore(parseStoreUrl(url), {access: 'write', prefix}))),
    );
    const looking = await openStore(parseStoreUrl(url), {access: 'write', prefix});
    const ended: Promise<void>[] = [];
    onTestFinished(async () => {
      await Promise.all(ended);
      await looking.close();
    });
    const time = new RunningTime();
    let sent = 0;
    const tiers: string[] = [];
    await until(async () => {
      const round = await Promise.all(instances.map((instance) => instance.send('acme {*}\n')));
      sent += round.length;
      tiers.splice(0, 3, ...round);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return round.every((tier) => tier === 'restricted');
    });
    expect(time.ms).toBeLessThan(10_000);
    expect(tiers).toEqual(['restricted', 'restricted', 'restricted']);
    // Nobody else is moved by that.
    expect(await Promise.all(instances.map((instance) => instance.send('other')))).toEqual([
      'free',
      'free',
      'free',
    ]);
    for (const instance of instances) ended.push(instance.close());
    await Promise.all(ended);
    const [row] = await looking.read([behaviourAddress(SPEC, 'acme {*}\n')]);
    const {record, held} = readBehaviour(row!.words)!;
    expect(record.slots.reduce((sum, {requests}) => sum + requests, 0)).toBe(sent);
    expect(held.move).toBe('down');
    expect((await readMoves(looking, 'plan')).map(({key, tier}) => [key, tier])).toEqual([
      ['acme {*}\n', 'free'],
    ]);
    // It goes by itself.
    expect(row!.expiresAt - (await looking.now())).toBeLessThanOrEqual(SPEC.window + 1_000_000);
  });
});
