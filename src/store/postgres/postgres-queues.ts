import type {ClaimedItem, NewQueueItem, QueueFacts, QueueItem, QueueSettlement} from '../port.ts';
import {checkQueueRoom, DRAINED_AT_ONCE, keptError, payloadJson, queueItemId} from '../queue-rules.ts';
import {storedJson} from '../stored-json.ts';
import {wholeCount} from '../whole-count.ts';
import {numbersLiteral, parseNumbers, textsLiteral} from './array-literal.ts';
import {isState} from './migrations/queue-functions.ts';
import {queueFacts, queueFactsSql} from './queue-facts.ts';
import {nowSql, type Server} from './server.ts';
import type {Statement} from './statement.ts';

type Claim = Pick<ClaimedItem, 'id' | 'fencingToken'>;

const COLUMNS = 'id, class, rank, not_before, payload, enqueued_at, attempts, error';

/** Order of the items of each state, by an index. */
const ORDER = {
  waiting: 'rank, id',
  claimed: 'rank, id',
  dead: 'queue desc, fencing_token desc',
} as const;

/** Queues in the table `queue_items`. What changes is one function each; what only looks is plain SQL, for roles that may read. */
export class PostgresQueues {
  readonly #server: Server;
  readonly #enqueue: Statement;
  readonly #claim: Statement;
  readonly #extend: Statement;
  readonly #settle: Statement;
  readonly #drain: Statement;
  readonly #facts: Statement;
  readonly #items: Readonly<Record<keyof typeof ORDER, Statement>>;

  constructor(server: Server) {
    this.#server = server;
    const {schema} = server;
    this.#enqueue = {
      name: 'ratectl_enqueue',
      text: `select ${schema}.queue_enqueue($1, $2::text[], $3::float8[], $4::float8[], $5::text[], $6::float8)`,
    };
    this.#claim = {
      name: 'ratectl_claim',
      text: `select ${COLUMNS}, leased_until, fencing_token
        from ${schema}.queue_claim($1, $2::int, $3::float8, $4::float8)`,
    };
    this.#extend = {
      name: 'ratectl_extend',
      text: `update ${schema}.queue_items i set leased_until = ${nowSql(5)} + $4::float8
        where queue = $1 and id = $2::bigint and fencing_token = $3::bigint and ${isState('claimed')} returning 1`,
    };
    this.#settle = {
      name: 'ratectl_settle',
      text: `select ${schema}.queue_settle($1, $2::bigint, $3::bigint, $4, $5::float8, $6)`,
    };
    this.#drain = {
      name: 'ratectl_drain',
      text: `select ${COLUMNS} from ${schema}.queue_drain($1, $2, $3::int)`,
    };
    this.#facts = {name: 'ratectl_queues', text: queueFactsSql(schema)};
    const items = (state: keyof typeof ORDER): Statement => ({
      name: `ratectl_items_${state}`,
      text: `select ${COLUMNS} from ${schema}.queue_items
        where queue = $1 and state = '${state}' order by ${ORDER[state]} limit $2::int`,
    });
    this.#items = {waiting: items('waiting'), claimed: items('claimed'), dead: items('dead')};
  }

  async enqueue(queue: string, items: readonly NewQueueItem[]): Promise<readonly string[]> {
    if (items.length === 0) return [];
    checkQueueRoom(queue, 0, items.length);
    const [row] = await this.#server.query(this.#enqueue, [
      queue,
      textsLiteral(items.map((item) => item.class)),
      numbersLiteral(items.map(({rank}) => rank)),
      numbersLiteral(items.map(({notBefore}) => notBefore)),
      textsLiteral(items.map(payloadJson)),
      this.#server.now(),
    ]);
    const ids = parseNumbers(row![0]!);
    if (ids[0]! < 0) checkQueueRoom(queue, -ids[0]!, items.length);
    return ids.map(queueItemId);
  }

  async claim(
    queue: string,
    {count, leaseFor}: {readonly count: number; readonly leaseFor: number},
  ): Promise<readonly ClaimedItem[]> {
    const rows = await this.#server.query(this.#claim, [
      queue,
      wholeCount(count),
      leaseFor,
      this.#server.now(),
    ]);
    return rows.map((row) => ({
      ...itemOf(row),
      leasedUntil: Number(row[8]),
      fencingToken: Number(row[9]),
    }));
  }

  async extend(queue: string, claim: Claim, leaseFor: number): Promise<boolean> {
    if (!isClaim(claim)) return false;
    const {id, fencingToken} = claim;
    const values = [queue, id, fencingToken, leaseFor, this.#server.now()];
    return (await this.#server.query(this.#extend, values)).length > 0;
  }

  async settle(queue: string, claim: Claim, settlement: QueueSettlement): Promise<boolean> {
    if (!isClaim(claim)) return false;
    const [row] = await this.#server.query(this.#settle, [
      queue,
      claim.id,
      claim.fencingToken,
      settlement.kind,
      'notBefore' in settlement ? settlement.notBefore : 0,
      'error' in settlement ? keptError(settlement.error) : '',
    ]);
    return row![0] === 't';
  }

  async queues(): Promise<readonly QueueFacts[]> {
    return queueFacts(await this.#server.query(this.#facts, [this.#server.now()]));
  }

  async items(queue: string, state: keyof typeof ORDER, count: number): Promise<readonly QueueItem[]> {
    return (await this.#server.query(this.#items[state], [queue, wholeCount(count)])).map(itemOf);
  }

  async drain(
    queue: string,
    state: 'waiting' | 'dead',
    count = DRAINED_AT_ONCE,
  ): Promise<readonly QueueItem[]> {
    return (await this.#server.query(this.#drain, [queue, state, wholeCount(count)])).map(itemOf);
  }
}

/** Whether it can be a claim at all: anything else would be an error of the server. */
const isClaim = ({id, fencingToken}: Claim): boolean =>
  /^\d{1,18}$/.test(id) && Number.isSafeInteger(fencingToken);

const itemOf = (row: readonly (string | null)[]): QueueItem => ({
  id: queueItemId(Number(row[0])),
  class: row[1]!,
  rank: Number(row[2]),
  notBefore: Number(row[3]),
  payload: storedJson(row[4]!),
  enqueuedAt: Number(row[5]),
  attempts: Number(row[6]),
  error: row[7]!,
});
