import type {RowAddress} from '../../engine/live/check.ts';
import type {DeniedKey, HotKey, LimitUsage, UsageDelta, UsageSlot} from '../port.ts';
import {storedJson} from '../stored-json.ts';
import {DENIED_KEYS, HOT_KEYS, hourOf, lastMinute, minuteOf, USAGE_KEPT} from '../usage-window.ts';
import type {RedisCommand, RedisConnection} from './redis-connection.ts';
import {HGETALL, instantOf, pairsOf} from './redis-documents.ts';
import type {RowKeys} from './row-key.ts';
import type {ServerClock} from './server-clock.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
/** Refusals of a minute are of interest in it and in the next one. */
const MINUTE_KEPT_S = 180;
const KEPT_S = USAGE_KEPT / 1_000_000 + 3_600;
/** Hours that are asked for in one go. */
const HOURS_AT_ONCE = 24;

/** Fields of the counters of an hour: `<minute>:<limit>:<letter>`. */
const COUNTS = {a: 'allowed', d: 'denied', s: 'shadowDenied'} as const;

/**
 * Usage as sums: `hot` (by until), `denied:m:<minute>` and `denied:h:<hour>` (by refusals), `usage:<hour>` (counters). One
 * trip records all that a limiter saw. Slots follow the server's clock as far as it is known here.
 */
export class RedisUsage {
  readonly #connection: RedisConnection;
  readonly #keys: RowKeys;
  readonly #clock: ServerClock;

  constructor(connection: RedisConnection, keys: RowKeys, clock: ServerClock) {
    this.#connection = connection;
    this.#keys = keys;
    this.#clock = clock;
  }

  async record({limits, keys}: UsageDelta): Promise<void> {
    const now = this.#clock.estimate();
    await this.#send([...this.#counting(limits, now), ...this.#heating(keys, now)]);
  }

  #counting(limits: readonly LimitUsage[], now: number): RedisCommand[] {
    const name = this.#hourly('usage', hourOf(now));
    const minute = (minuteOf(now) - hourOf(now)) / MINUTE;
    const commands: RedisCommand[] = [];
    for (const usage of limits) {
      const seen = usage.allowed + usage.denied + usage.shadowDenied;
      for (const [letter, count] of Object.entries(COUNTS)) {
        // A limit that was asked but not used has a slot, too.
        if (usage[count] > 0 || (seen === 0 && letter === 'a'))
          commands.push(['hincrby', name, `${minute}:${usage.limit}:${letter}`, usage[count]]);
      }
    }
    return commands.length === 0 ? [] : [...commands, ['expire', name, KEPT_S]];
  }

  #heating(keys: UsageDelta['keys'], now: number): RedisCommand[] {
    if (keys.length === 0) return [];
    const hot = this.#keys.own('hot');
    const commands: RedisCommand[] = [
      [
        'zadd',
        hot,
        'GT',
        ...keys.flatMap(({address, shadow, until}) => [score(until), member(address, shadow)]),
      ],
      ['zrem', hot, ...keys.map(({address, shadow}) => member(address, !shadow))],
      ['zremrangebyscore', hot, '-inf', now],
      ['zremrangebyrank', hot, 0, -HOT_KEYS - 1],
    ];
    const refused = keys.filter(({denied}) => denied > 0);
    const sums: [name: string, keptS: number, most: number][] = [
      [this.#minutely(minuteOf(now)), MINUTE_KEPT_S, HOT_KEYS],
      // Twice as many as are told, so that one that comes late has room to grow.
      [this.#hourly('denied:h', hourOf(now)), KEPT_S, 2 * DENIED_KEYS],
    ];
    if (refused.length === 0) return commands;
    for (const [name, keptS, most] of sums) {
      for (const {address, denied} of refused) commands.push(['zincrby', name, denied, nameless(address)]);
      commands.push(['zremrangebyrank', name, 0, -most - 1], ['expire', name, keptS]);
    }
    return commands;
  }

  async hot(count: number): Promise<readonly HotKey[]> {
    if (count <= 0) return [];
    const [time] = await this.#send([['time']]);
    const now = this.#clock.given?.() ?? instantOf(time);
    const [found] = await this.#send([
      [
        'zrevrangebyscore',
        this.#keys.own('hot'),
        '+inf',
        `(${now}`,
        'WITHSCORES',
        'LIMIT',
        0,
        Math.min(count, HOT_KEYS),
      ],
    ]);
    const keys = pairsOf(found).flatMap(([text, until]) => {
      const parsed = parseMember(text);
      return parsed === undefined
        ? []
        : [{...parsed, until: until === 'inf' ? Number.POSITIVE_INFINITY : Number(until)}];
    });
    if (keys.length === 0) return [];
    const minute = minuteOf(now);
    const members = keys.map(({address}) => nameless(address));
    const [current, previous] = (await this.#send([
      ['zmscore', this.#minutely(minute), ...members],
      ['zmscore', this.#minutely(minute - MINUTE), ...members],
    ])) as unknown[][];
    return keys.map(({address, shadow, until}, i) => ({
      address,
      shadow,
      until,
      deniedLastMinute: lastMinute(
        {minute, current: Number(current![i] ?? 0), previous: Number(previous![i] ?? 0)},
        now,
      ),
    }));
  }

  async *slots(from: number, until: number): AsyncGenerator<UsageSlot> {
    for (const hours of this.#hours(hourOf(Math.max(from, 0)), until)) {
      const found = await this.#send(hours.map((hour) => [HGETALL, this.#hourly('usage', hour)]));
      for (const [i, hour] of hours.entries()) {
        for (const slot of slotsOf(hour, pairsOf(found[i])))
          if (slot.at >= from && slot.at < until) yield slot;
      }
    }
  }

  async mostDenied(from: number, until: number, count: number): Promise<readonly DeniedKey[]> {
    const sums = new Map<string, number>();
    for (const hours of this.#hours(from, until)) {
      const found = await this.#send(
        hours.map((hour) => ['zrevrange', this.#hourly('denied:h', hour), 0, DENIED_KEYS - 1, 'WITHSCORES']),
      );
      for (const answer of found)
        for (const [text, denied] of pairsOf(answer)) sums.set(text, (sums.get(text) ?? 0) + Number(denied));
    }
    return [...sums]
      .sort(([, a], [, b]) => b - a)
      .flatMap(([text, denied]) => {
        const address = parseMember(text)?.address;
        return address === undefined ? [] : [{address, denied}];
      })
      .slice(0, count);
  }

  async forget(addresses: readonly RowAddress[]): Promise<void> {
    if (addresses.length === 0) return;
    const members = addresses.flatMap((address) => [member(address, false), member(address, true)]);
    await this.#send([['zrem', this.#keys.own('hot'), ...members]]);
  }

  async sweep(): Promise<void> {
    await this.#send([['zremrangebyscore', this.#keys.own('hot'), '-inf', this.#clock.estimate()]]);
  }

  /** Starts of the hours in a range that may still be kept, a day at a time. */
  *#hours(from: number, until: number): Generator<number[]> {
    const now = this.#clock.estimate();
    const first = Math.max(from, hourOf(now - USAGE_KEPT));
    const last = Math.min(until, now + HOUR);
    let hours: number[] = [];
    for (let hour = hourOf(first + HOUR - 1); hour < last; hour += HOUR) {
      hours.push(hour);
      if (hours.length < HOURS_AT_ONCE) continue;
      yield hours;
      hours = [];
    }
    if (hours.length > 0) yield hours;
  }

  async #send(commands: readonly RedisCommand[]): Promise<unknown[]> {
    const answers = await this.#connection.many(commands);
    for (const answer of answers) if (answer instanceof Error) throw this.#connection.failure(answer);
    return answers;
  }

  #hourly(name: string, hour: number): string {
    return this.#keys.own(`${name}:${hour / HOUR}`);
  }

  #minutely(minute: number): string {
    return this.#keys.own(`denied:m:${minute / MINUTE}`);
  }
}

const score = (until: number): number | string => (until === Number.POSITIVE_INFINITY ? '+inf' : until);

const nameless = ({limit, key, tier}: RowAddress): string => JSON.stringify([limit, key, tier]);

const member = ({limit, key, tier}: RowAddress, shadow: boolean): string =>
  JSON.stringify([limit, key, tier, shadow ? 1 : 0]);

/** Undefined when somebody else wrote it. */
const parseMember = (text: string): {address: RowAddress; shadow: boolean} | undefined => {
  const parts = storedJson(text);
  if (!Array.isArray(parts)) return undefined;
  const [limit, key, tier, shadow]: readonly unknown[] = parts;
  if (typeof limit !== 'string' || typeof key !== 'string' || typeof tier !== 'string') return undefined;
  return {address: {limit, key, tier}, shadow: shadow === 1};
};

const slotsOf = (hour: number, counters: readonly [string, string][]): UsageSlot[] => {
  const slots = new Map<string, UsageSlot>();
  for (const [field, count] of counters) {
    const [, minute, limit, letter] = /^(\d+):(.+):([ads])$/.exec(field) ?? [];
    if (minute === undefined || limit === undefined || letter === undefined) continue;
    if (!Number.isSafeInteger(Number(count))) continue;
    const id = `${minute}:${limit}`;
    const at = hour + Number(minute) * MINUTE;
    const slot = slots.get(id) ?? {at, limit, allowed: 0, denied: 0, shadowDenied: 0};
    slots.set(id, {...slot, [COUNTS[letter as keyof typeof COUNTS]]: Number(count)});
  }
  return [...slots.values()].sort((a, b) => a.at - b.at || (a.limit < b.limit ? -1 : 1));
};
