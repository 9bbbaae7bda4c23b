import type {RowAddress} from '../../engine/live/check.ts';
import type {DeniedKey, DeniedSpan, HotKey, LimitUsage, SlotWidth, UsageDelta, UsageSlot} from '../port.ts';
import {storedJson} from '../stored-json.ts';
import {
  DENIED_GRAINS,
  DENIED_KEYS,
  type Grain,
  HOT_KEYS,
  lastMinute,
  minuteOf,
  SLOT_GRAINS,
  startOf,
} from '../usage-window.ts';
import type {RedisCommand, RedisConnection} from './redis-connection.ts';
import {HGETALL, pairsOf} from './redis-documents.ts';
import type {RowKeys} from './row-key.ts';
import {askClock, type ServerClock} from './server-clock.ts';

const MINUTE = 60_000_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Refusals of a minute are of interest in it and in the next one. */
const MINUTE_KEPT_S = 180;
/** Hours or days that are asked for in one go. */
const AT_ONCE = 24;

/** Slots of a width stand together in a hash for all of a longer span. */
const HASHES: Readonly<Record<SlotWidth, {readonly name: string; readonly span: number}>> = {
  minute: {name: 'usage', span: HOUR},
  hour: {name: 'hours', span: DAY},
};
const WIDTHS = Object.keys(HASHES) as readonly SlotWidth[];
const DENIED_SETS: Readonly<Record<DeniedSpan, string>> = {hour: 'denied:h', day: 'denied:d'};
const SPANS = Object.keys(DENIED_SETS) as readonly DeniedSpan[];

/** Fields of the counters of an hour or day: `<number of the slot in it>:<limit>:<letter>`. */
const COUNTS = {a: 'allowed', d: 'denied', s: 'shadowDenied'} as const;

/**
 * Usage as sums: `hot` (by until), `denied:m:<minute>`, `denied:h:<hour>` and `denied:d:<day>` (by refusals), `usage:<hour>` and
 * `hours:<day>` (counters). One trip records all that a limiter saw. Slots follow the server's clock: as it was known last, when usage is recorded, else as it is.
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
    const now = this.#clock.isKnown ? this.#clock.estimate() : await this.#now();
    const counting = WIDTHS.flatMap((width) => this.#counting(limits, width, now));
    await this.#send([...counting, ...this.#heating(keys, now)]);
  }

  #counting(limits: readonly LimitUsage[], width: SlotWidth, now: number): RedisCommand[] {
    const {span} = HASHES[width];
    const grain = SLOT_GRAINS[width];
    const first = startOf(now, {length: span});
    const name = this.#hash(width, first);
    const slot = (startOf(now, grain) - first) / grain.length;
    const commands: RedisCommand[] = [];
    for (const usage of limits) {
      const seen = usage.allowed + usage.denied + usage.shadowDenied;
      for (const [letter, count] of Object.entries(COUNTS)) {
        // A limit that was asked but not used has a slot, too.
        if (usage[count] > 0 || (seen === 0 && letter === 'a'))
          commands.push(['hincrby', name, `${slot}:${usage.limit}:${letter}`, usage[count]]);
      }
    }
    return commands.length === 0 ? [] : [...commands, ['expire', name, keptSeconds(grain, span)]];
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
      ...SPANS.map((span): [string, number, number] => {
        const grain = DENIED_GRAINS[span];
        return [this.#refusals(span, startOf(now, grain)), keptSeconds(grain, grain.length), 2 * DENIED_KEYS];
      }),
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
    const now = await this.#now();
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

  async *slots(from: number, until: number, width: SlotWidth = 'minute'): AsyncGenerator<UsageSlot> {
    const {span} = HASHES[width];
    const {length, kept} = SLOT_GRAINS[width];
    const first = startOf(Math.max(from, 0), {length: span});
    for (const starts of startsOf(first, until, {length: span, kept}, await this.#now())) {
      const found = await this.#send(starts.map((start) => [HGETALL, this.#hash(width, start)]));
      for (const [i, start] of starts.entries()) {
        for (const slot of slotsOf(start, length, pairsOf(found[i])))
          if (slot.at >= from && slot.at < until) yield slot;
      }
    }
  }

  async mostDenied(
    from: number,
    until: number,
    count: number,
    span: DeniedSpan = 'hour',
  ): Promise<readonly DeniedKey[]> {
    const sums = new Map<string, number>();
    for (const starts of startsOf(from, until, DENIED_GRAINS[span], await this.#now())) {
      const found = await this.#send(
        starts.map((at) => ['zrevrange', this.#refusals(span, at), 0, DENIED_KEYS - 1, 'WITHSCORES']),
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
    await this.#send([['zremrangebyscore', this.#keys.own('hot'), '-inf', await this.#now()]]);
  }

  #now(): Promise<number> {
    return askClock(this.#connection, this.#keys, this.#clock);
  }

  async #send(commands: readonly RedisCommand[]): Promise<unknown[]> {
    const answers = await this.#connection.many(commands);
    for (const answer of answers) if (answer instanceof Error) throw this.#connection.failure(answer);
    return answers;
  }

  #hash(width: SlotWidth, start: number): string {
    const {name, span} = HASHES[width];
    return this.#keys.own(`${name}:${start / span}`);
  }

  #refusals(span: DeniedSpan, start: number): string {
    return this.#keys.own(`${DENIED_SETS[span]}:${start / DENIED_GRAINS[span].length}`);
  }

  #minutely(minute: number): string {
    return this.#keys.own(`denied:m:${minute / MINUTE}`);
  }
}

/** Starts of the spans (hours, days) in a range that may still be kept, some at a time. */
function* startsOf(from: number, until: number, grain: Grain, now: number): Generator<number[]> {
  const {length, kept} = grain;
  const first = Math.max(from, startOf(now - kept, grain));
  const last = Math.min(until, now + length);
  let starts: number[] = [];
  for (let at = startOf(first + length - 1, grain); at < last; at += length) {
    starts.push(at);
    if (starts.length < AT_ONCE) continue;
    yield starts;
    starts = [];
  }
  if (starts.length > 0) yield starts;
}

/** Until its last instant is too old, and an hour for clocks that differ. */
const keptSeconds = ({kept}: Grain, span: number): number => (kept + span + HOUR) / 1_000_000;

const score = (until: number): number | string => (until === Number.POSITIVE_INFINITY ? '+inf' : until);

const nameless = ({limit, key, tier, shape}: RowAddress): string => JSON.stringify([limit, key, tier, shape]);

const member = ({limit, key, tier, shape}: RowAddress, shadow: boolean): string =>
  JSON.stringify([limit, key, tier, shape, shadow ? 1 : 0]);

/** Undefined when somebody else wrote it. */
const parseMember = (text: string): {address: RowAddress; shadow: boolean} | undefined => {
  const parts = storedJson(text);
  if (!Array.isArray(parts)) return undefined;
  const [limit, key, tier, shape, shadow]: readonly unknown[] = parts;
  if (typeof limit !== 'string' || typeof key !== 'string') return undefined;
  if (typeof tier !== 'string' || typeof shape !== 'string') return undefined;
  return {address: {limit, key, tier, shape}, shadow: shadow === 1};
};

const slotsOf = (start: number, length: number, counters: readonly [string, string][]): UsageSlot[] => {
  const slots = new Map<string, UsageSlot>();
  for (const [field, count] of counters) {
    const [, number, limit, letter] = /^(\d+):(.+):([ads])$/.exec(field) ?? [];
    if (number === undefined || limit === undefined || letter === undefined) continue;
    if (!Number.isSafeInteger(Number(count))) continue;
    const id = `${number}:${limit}`;
    const at = start + Number(number) * length;
    const slot = slots.get(id) ?? {at, limit, allowed: 0, denied: 0, shadowDenied: 0};
    slots.set(id, {...slot, [COUNTS[letter as keyof typeof COUNTS]]: Number(count)});
  }
  return [...slots.values()].sort((a, b) => a.at - b.at || (a.limit < b.limit ? -1 : 1));
};
