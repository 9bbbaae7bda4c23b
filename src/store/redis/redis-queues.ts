import type {ClaimedItem, NewQueueItem, QueueFacts, QueueItem, QueueSettlement} from '../port.ts';
import {
  checkQueueRoom,
  DEAD_KEPT,
  keptError,
  LEASE_ENDED,
  MOST_QUEUE_ITEMS,
  payloadJson,
  queueItemId,
} from '../queue-rules.ts';
import {CLAIM_LUA, DRAIN_LUA, ENQUEUE_LUA, EXTEND_LUA, QUEUE_STEP, SETTLE_LUA} from './lua/queues.lua.ts';
import {claimedItem, classWord, numberOf, numberWord, queueItem} from './queue-card.ts';
import {factsCommands, queueFacts} from './queue-facts.ts';
import {queueKeys} from './queue-keys.ts';
import type {RedisConnection} from './redis-connection.ts';
import type {RowKeys} from './row-key.ts';
import {type Script, scriptOf} from './script-library.ts';
import {instantOf, type ServerClock} from './server-clock.ts';

/** Bytes of payloads that one call puts in, about. */
const ENQUEUE_BYTES = 1_048_576;
/** Items that are read in one go: at most 25 MB. */
const READ_STEP = 100;
/** Queues whose facts are asked for in one go. */
const FACTS_STEP = 50;

type Claim = Pick<ClaimedItem, 'id' | 'fencingToken'>;

/** Queues as in lua/queues.lua.ts. Whatever changes is one script; reading needs none. */
export class RedisQueues {
  readonly #connection: RedisConnection;
  readonly #keys: RowKeys;
  readonly #clock: ServerClock;
  readonly #enqueue: Script = scriptOf(ENQUEUE_LUA);
  readonly #claim: Script = scriptOf(CLAIM_LUA);
  readonly #extend: Script = scriptOf(EXTEND_LUA);
  readonly #settle: Script = scriptOf(SETTLE_LUA);
  readonly #drain: Script = scriptOf(DRAIN_LUA);

  constructor(connection: RedisConnection, keys: RowKeys, clock: ServerClock) {
    this.#connection = connection;
    this.#keys = keys;
    this.#clock = clock;
  }

  /** In steps: when the connection fails on the way, what was put in by then stays in. */
  async enqueue(queue: string, items: readonly NewQueueItem[]): Promise<readonly string[]> {
    checkQueueRoom(queue, 0, items.length);
    const words = items.map((item) => [
      classWord(item.class),
      numberWord(item.rank),
      numberWord(item.notBefore),
      payloadJson(item),
    ]);
    const ids: string[] = [];
    while (ids.length < words.length) {
      const step = words.slice(ids.length, ids.length + stepOf(words, ids.length));
      const more = words.length - ids.length;
      const args = [String(more), String(MOST_QUEUE_ITEMS), ...step.flat()];
      const [held, first] = (await this.#run(this.#enqueue, queue, args)) as number[];
      if (first === undefined) checkQueueRoom(queue, held!, more);
      ids.push(...step.map((_, i) => queueItemId(first! + i)));
    }
    return ids;
  }

  async claim(
    queue: string,
    {count, leaseFor}: {readonly count: number; readonly leaseFor: number},
  ): Promise<readonly ClaimedItem[]> {
    if (!(count >= 1)) return [];
    const most = Math.floor(Math.min(count, QUEUE_STEP));
    const args = [String(most), numberWord(leaseFor), LEASE_ENDED];
    const [end, ...found] = (await this.#run(this.#claim, queue, args)) as unknown[];
    return triples(found).flatMap(
      ([id, card, payload]) => claimedItem(id, card, payload, numberOf(String(end))) ?? [],
    );
  }

  async extend(queue: string, {id, fencingToken}: Claim, leaseFor: number): Promise<boolean> {
    return (await this.#run(this.#extend, queue, [id, String(fencingToken), numberWord(leaseFor)])) === 1;
  }

  async settle(queue: string, {id, fencingToken}: Claim, settlement: QueueSettlement): Promise<boolean> {
    const notBefore = 'notBefore' in settlement ? numberWord(settlement.notBefore) : '0';
    const error = 'error' in settlement ? keptError(settlement.error) : '';
    const args = [id, String(fencingToken), settlement.kind, notBefore, error, String(DEAD_KEPT)];
    return (await this.#run(this.#settle, queue, args)) === 1;
  }

  async queues(): Promise<readonly QueueFacts[]> {
    const [time, names] = await this.#connection.inOneSlot(
      [['time'], ['smembers', this.#keys.own('queues')]],
      'one by one',
    );
    const now = this.#clock.given?.() ?? instantOf(time);
    const queues = (names as readonly unknown[]).map(String).sort(byText);
    const facts: QueueFacts[] = [];
    for (let i = 0; i < queues.length; i += FACTS_STEP) {
      const step = queues.slice(i, i + FACTS_STEP);
      const commands = step.map((queue) => factsCommands(queueKeys(this.#keys, queue), now));
      const answers = await this.#connection.inOneSlot(commands.flat(), 'at once');
      for (const [n, queue] of step.entries()) {
        const size = commands[n]!.length;
        facts.push(queueFacts(queue, answers.slice(n * size, (n + 1) * size), now));
      }
    }
    return facts.filter(holdsSomething);
  }

  async items(
    queue: string,
    state: 'waiting' | 'claimed' | 'dead',
    count: number,
  ): Promise<readonly QueueItem[]> {
    if (!(count >= 1)) return [];
    const keys = queueKeys(this.#keys, queue);
    const last = Math.floor(Math.min(count, MOST_QUEUE_ITEMS)) - 1;
    const [found] = await this.#send([[state === 'dead' ? 'zrevrange' : 'zrange', keys[state], 0, last]]);
    const ids = (found as readonly unknown[]).map(String);
    const items: QueueItem[] = [];
    for (let i = 0; i < ids.length; i += READ_STEP) {
      const step = ids.slice(i, i + READ_STEP);
      const [cards, payloads] = (await this.#send([
        ['hmget', keys.cards, ...step],
        ['hmget', keys.payloads, ...step],
      ])) as unknown[][];
      items.push(...step.flatMap((id, n) => queueItem(id, cards![n], payloads![n]) ?? []));
    }
    return items;
  }

  /** In steps: when the connection fails on the way, what was taken out by then is answered. */
  async drain(queue: string, state: 'waiting' | 'dead', count: number): Promise<readonly QueueItem[]> {
    const drained: QueueItem[] = [];
    while (count - drained.length >= 1) {
      const args = [state, String(Math.floor(Math.min(count - drained.length, QUEUE_STEP)))];
      try {
        const found = triples((await this.#run(this.#drain, queue, args)) as unknown[]);
        if (found.length === 0) break;
        drained.push(...found.flatMap(([id, card, payload]) => queueItem(id, card, payload) ?? []));
      } catch (error) {
        if (drained.length === 0) throw error;
        break;
      }
    }
    return drained;
  }

  #run(script: Script, queue: string, args: readonly string[]): Promise<unknown> {
    const given = this.#clock.given?.();
    const keys = [this.#keys.own('queues'), ...Object.values(queueKeys(this.#keys, queue))];
    return this.#connection.evaluate(script, keys, [
      queue,
      given === undefined ? '' : String(given),
      ...args,
    ]);
  }

  async #send(commands: Parameters<RedisConnection['many']>[0]): Promise<unknown[]> {
    const answers = await this.#connection.many(commands);
    for (const answer of answers) if (answer instanceof Error) throw this.#connection.failure(answer);
    return answers;
  }
}

/** How many items, from one on, go into one call. */
const stepOf = (words: readonly (readonly string[])[], from: number): number => {
  let count = 0;
  for (let bytes = 0; count < QUEUE_STEP && from + count < words.length && bytes < ENQUEUE_BYTES; count++)
    bytes += words[from + count]![3]!.length;
  return count;
};

const triples = (flat: readonly unknown[]): (readonly [unknown, unknown, unknown])[] =>
  flat.flatMap((id, i) => (i % 3 === 0 ? [[id, flat[i + 1], flat[i + 2]] as const] : []));

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/** A queue may be emptied between the question for names and that for facts. */
const holdsSomething = ({waiting, claimed, dead}: QueueFacts): boolean =>
  waiting.size > 0 || claimed > 0 || dead > 0;
