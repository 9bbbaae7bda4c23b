import type {Check, CheckAnswer} from '../../engine/live/check.ts';
import {BucketLiterals} from './bucket-literals.ts';
import {type Decoded, decodeAnswers, decodeOneAnswer, type OutsideEdges} from './decode-answers.ts';
import {decodeCheckSet, encodeCheckSet, SET_LETTERS, type SetLetter} from './encode-check-set.ts';
import {type AskedCheck, type CheckSettings, encodeChecks} from './encode-checks.ts';
import {encodeOneCheck} from './encode-one-check.ts';
import {LOCK_NOT_AVAILABLE} from './explain-error.ts';
import {HeldRows} from './held-rows.ts';
import {LockedRowsError} from './locked-rows-error.ts';
import {RowCache} from './row-cache.ts';
import type {Server} from './server.ts';
import type {Parameter, Statement, TextRows} from './statement.ts';

export interface ChecksOptions {
  readonly slack: number;
  readonly commit: 'default' | 'asynchronous';
}

/** Layers of one statement: what it locks, it holds until all are decided. */
const MOST_LAYERS = 1_000;
const NO_INSTANTS: AskedCheck['instants'] = new Map();

/** Decides checks by the server's function `check`: one statement for all of a call. */
export class PostgresChecks {
  readonly #server: Server;
  readonly #options: ChecksOptions;
  readonly #statement: Statement;
  readonly #statementOfOne: Statement;
  readonly #statementsOfSets: Readonly<Record<SetLetter, Statement>>;
  readonly #rows = new RowCache();
  readonly #literals = new BucketLiterals();
  readonly #held: HeldRows;
  readonly #url: string;
  /** How far the server's clock is ahead of this machine's, µs, as last seen. */
  #ahead = 0;

  constructor(server: Server, options: ChecksOptions, url: string) {
    this.#server = server;
    this.#options = options;
    this.#url = url;
    this.#held = new HeldRows(server, this.#rows);
    this.#statement = {
      name: 'ratectl_check',
      text: `select ${server.schema}.check($1::bytea[], $2::int[], $3::bytea[], $4::float8[], $5::float8[], $6::float8[])`,
    };
    this.#statementOfOne = {
      name: 'ratectl_check_one',
      text: `select ${server.schema}.check_one($1::bytea, $2::int, $3::float8, $4::float8[], $5::float8, $6::float8[])`,
    };
    this.#statementsOfSets = Object.fromEntries(
      SET_LETTERS.map((letter) => [
        letter,
        {
          name: `ratectl_check_set_${letter}`,
          text: `select ${server.schema}.check_set_${letter}($1::bytea[], $2::float8[], $3::float8, $4::float8[], $5::float8[])`,
        },
      ]),
    ) as Record<SetLetter, Statement>;
  }

  /** Rejects with a LockedRowsError when somebody keeps rows locked; it holds the answers of all other checks. */
  async check(checks: readonly Check[]): Promise<readonly CheckAnswer[]> {
    let failure: unknown;
    try {
      // What nearly all calls are: one statement that decides all of it.
      const answers = await this.#decideAtOnce(checks);
      if (answers !== undefined) return answers;
    } catch (error) {
      if (isLockTimeout(error)) failure = error;
      else if (!isNewlyHeld(error)) throw error;
    }
    return this.#decideApart(checks, failure);
  }

  /** `failure`: that a row was waited for in vain. */
  async #decideApart(checks: readonly Check[], failure: unknown): Promise<readonly CheckAnswer[]> {
    const answers: CheckAnswer[] = [];
    let cause: unknown;
    let group: number[] = [];
    let layers = 0;
    for (let i = 0; i < checks.length; i++) {
      const size = checks[i]!.layers.length;
      if (size === 0) {
        answers[i] = {now: this.#estimate(), verdicts: []};
        continue;
      }
      if (layers > 0 && layers + size > MOST_LAYERS) {
        cause = (await this.#decideFree(checks, group, answers, failure)) ?? cause;
        group = [];
        layers = 0;
      }
      group.push(i);
      layers += size;
    }
    if (group.length > 0) cause = (await this.#decideFree(checks, group, answers, failure)) ?? cause;
    const all: (CheckAnswer | undefined)[] = checks.map((_, i) => answers[i]);
    if (all.includes(undefined)) throw new LockedRowsError(this.#url, all, cause);
    return answers;
  }

  /** Decides those of `indices` whose rows nobody else keeps locked; answers why the others were not. */
  async #decideFree(
    checks: readonly Check[],
    indices: readonly number[],
    answers: CheckAnswer[],
    failure: unknown,
  ): Promise<unknown> {
    let error = failure;
    // After a lock was waited for in vain it is known which rows are held. What was only busy is asked again with the others.
    for (let waits = failure === undefined ? 0 : 1; waits < 2; ) {
      const open = indices.filter((i) => answers[i] === undefined && !this.#held.concern(checks[i]!));
      if (open.length === 0) break;
      try {
        const plain = await this.#decideAtOnce(open.map((i) => checks[i]!));
        if (plain === undefined) await this.#decide(checks, open, answers);
        else for (const [n, i] of open.entries()) answers[i] = plain[n]!;
        break;
      } catch (next) {
        if (isNewlyHeld(next)) continue;
        if (!isLockTimeout(next)) throw next;
        error = next;
        waits++;
      }
    }
    return error;
  }

  #query(checks: readonly Check[], statement: Statement, values: Parameter[]): Promise<TextRows> {
    return this.#server.connections.use(async (connection) => {
      // Found out while a connection was waited for: others should not wait for this one.
      if (checks.some((check) => this.#held.concern(check))) throw new NewlyHeld();
      try {
        return await connection.query(statement, values);
      } catch (error) {
        if ((error as {code?: string}).code === LOCK_NOT_AVAILABLE) await this.#held.find(connection, checks);
        throw error;
      }
    });
  }

  /** Decides those of `indices`; once more those whose calendar windows turned out to be elsewhere. */
  async #decide(checks: readonly Check[], indices: readonly number[], answers: CheckAnswer[]): Promise<void> {
    let open = indices.map((index) => ({index, asked: {check: checks[index]!, instants: NO_INSTANTS}}));
    // Each round puts at least one bucket of each check right; more rounds than buckets mean that the clock runs away.
    for (let round = 0; open.length > 0; round++) {
      if (round > 300) throw new RangeError('calendar windows that are never where the clock is');
      const decoded = await this.#call(open.map(({asked}) => asked));
      open = open.flatMap(({index, asked}, i) => {
        const one = decoded[i]!;
        if (one.kind === 'again')
          return [{index, asked: {...asked, instants: joined(asked.instants, one.outside)}}];
        answers[index] = one.answer;
        return [];
      });
    }
  }

  /**
   * Has one of the functions decide that are made for plain checks: of one layer with one bucket each, whose rows are there.
   * Undefined: they are not, as far as is known or as the server says.
   */
  async #decideAtOnce(checks: readonly Check[]): Promise<readonly CheckAnswer[] | undefined> {
    if (checks.length > MOST_LAYERS || checks.some(({layers}) => layers.length !== 1)) return undefined;
    if (checks.some((check) => this.#held.concern(check))) return undefined;
    const settings = this.#settings();
    const set = encodeCheckSet(checks, this.#rows, this.#literals, settings);
    if (set !== undefined) {
      const text = await this.#askAtOnce(checks, this.#statementsOfSets[set.letter], set.values);
      return text === null ? undefined : this.#learned(decodeCheckSet(text, checks.length));
    }
    const [check] = checks;
    const one =
      checks.length === 1 ? encodeOneCheck(check!, this.#rows, this.#literals, settings) : undefined;
    if (one === undefined) return undefined;
    const text = await this.#askAtOnce(checks, this.#statementOfOne, one);
    return text === null ? undefined : this.#learned([decodeOneAnswer(text)]);
  }

  /** Null: a row is not there. */
  async #askAtOnce(
    checks: readonly Check[],
    statement: Statement,
    values: Parameter[],
  ): Promise<string | null> {
    const text = (await this.#query(checks, statement, values))[0]?.[0] ?? null;
    if (text === null) for (const {layers} of checks) this.#rows.get(layers[0]!.address).present = false;
    return text;
  }

  async #call(asked: readonly AskedCheck[]): Promise<readonly Decoded[]> {
    const checks = asked.map(({check}) => check);
    const settings = this.#settings();
    let text: string | null | undefined;
    // Rows that were thought to be there and are not: asked again, and made.
    for (let attempt = 0; text === undefined || text === null; attempt++) {
      const {rows, values} = encodeChecks(asked, this.#rows, settings);
      text = (await this.#query(checks, this.#statement, values))[0]![0];
      if (text === null) for (const row of rows) row.present = false;
      if (attempt > 2) throw new RangeError('no answer to a check');
    }
    const decoded = decodeAnswers(text, checks);
    const first = decoded[0]!;
    this.#ahead = (first.kind === 'answer' ? first.answer.now : first.now) - Date.now() * 1_000;
    decoded.forEach((one, i) => {
      if (one.kind !== 'answer' || one.answer.verdicts.some(({kind}) => kind !== 0)) return;
      for (const {address, cost} of checks[i]!.layers) if (cost > 0) this.#rows.get(address).present = true;
    });
    return decoded;
  }

  #settings(): CheckSettings {
    const {lockTimeoutMs} = this.#server;
    const now = this.#server.now();
    const clock = now < 0 ? undefined : now;
    return {...this.#options, lockTimeoutMs, clock, estimate: this.#estimate()};
  }

  /** Keeps what the server's clock said. */
  #learned(answers: readonly CheckAnswer[]): readonly CheckAnswer[] {
    this.#ahead = answers[0]!.now - Date.now() * 1_000;
    return answers;
  }

  #estimate(): number {
    const now = this.#server.now();
    return now < 0 ? Date.now() * 1_000 + this.#ahead : now;
  }
}

/** Not asked: rows are held. */
class NewlyHeld extends Error {}

const isNewlyHeld = (error: unknown): boolean => (error as {cause?: unknown}).cause instanceof NewlyHeld;

const isLockTimeout = (error: unknown): boolean =>
  (error as {cause?: {code?: string}}).cause?.code === LOCK_NOT_AVAILABLE;

const joined = (
  instants: AskedCheck['instants'],
  outside: readonly OutsideEdges[],
): Map<number, Map<number, number>> => {
  const all = new Map([...instants].map(([layer, known]) => [layer, new Map(known)]));
  for (const {layer, bucket, instant} of outside)
    all.set(layer, (all.get(layer) ?? new Map<number, number>()).set(bucket, instant));
  return all;
};
