import type {Check, CheckAnswer} from '../../engine/live/check.ts';
import {type Decoded, decodeAnswers, type OutsideEdges} from './decode-answers.ts';
import {decodeCheckSet, encodeCheckSet, SET_SHAPES, type SetShape} from './encode-check-set.ts';
import {type AskedCheck, encodeChecks} from './encode-checks.ts';
import {encodeOneCheck} from './encode-one-check.ts';
import {RowCache} from './row-cache.ts';
import type {Server} from './server.ts';
import type {Statement} from './statement.ts';

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
  readonly #statementsOfSets: Readonly<Record<SetShape, Statement>>;
  readonly #rows = new RowCache();
  /** How far the server's clock is ahead of this machine's, µs, as last seen. */
  #ahead = 0;

  constructor(server: Server, options: ChecksOptions) {
    this.#server = server;
    this.#options = options;
    this.#statement = {
      name: 'ratectl_check',
      text: `select ${server.schema}.check($1::bytea[], $2::int[], $3::bytea[], $4::text[], $5::float8[], $6::float8[], $7::float8[])`,
    };
    this.#statementOfOne = {
      name: 'ratectl_check_one',
      text: `select ${server.schema}.check_one($1::bytea, $2::text, $3::int, $4::float8, $5::float8[], $6::float8, $7::float8[])`,
    };
    this.#statementsOfSets = Object.fromEntries(
      SET_SHAPES.map((shape) => [
        shape,
        {
          name: `ratectl_check_set_${shape}`,
          text: `select ${server.schema}.check_set_${shape}($1::bytea[], $2::float8[], $3::float8, $4::float8[], $5::float8[])`,
        },
      ]),
    ) as Record<SetShape, Statement>;
  }

  async check(checks: readonly Check[]): Promise<readonly CheckAnswer[]> {
    const answers: CheckAnswer[] = [];
    let group: number[] = [];
    let layers = 0;
    for (let i = 0; i < checks.length; i++) {
      const size = checks[i]!.layers.length;
      if (size === 0) {
        answers[i] = {now: this.#estimate(), verdicts: []};
        continue;
      }
      if (layers > 0 && layers + size > MOST_LAYERS) {
        await this.#decide(checks, group, answers);
        group = [];
        layers = 0;
      }
      group.push(i);
      layers += size;
    }
    if (group.length > 0) await this.#decide(checks, group, answers);
    return answers;
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

  async #call(asked: readonly AskedCheck[]): Promise<readonly Decoded[]> {
    const {lockTimeoutMs} = this.#server;
    const now = this.#server.now();
    const settings = {
      ...this.#options,
      lockTimeoutMs,
      clock: now < 0 ? undefined : now,
      estimate: this.#estimate(),
    };
    const set = encodeCheckSet(asked, this.#rows, settings);
    if (set !== undefined) {
      const text = (await this.#server.query(this.#statementsOfSets[set.shape], set.values))[0]![0];
      if (text !== null && text !== undefined) {
        const answers = decodeCheckSet(text, asked.length);
        this.#ahead = answers[0]!.now - Date.now() * 1_000;
        return answers.map((answer) => ({kind: 'answer', answer}));
      }
    }
    const one = encodeOneCheck(asked, this.#rows, settings);
    let text: string | null | undefined;
    if (one !== undefined) text = (await this.#server.query(this.#statementOfOne, one))[0]![0];
    // Rows that were thought to be there and are not: asked again, and made.
    for (let attempt = 0; text === undefined || text === null; attempt++) {
      const {rows, values} = encodeChecks(asked, this.#rows, settings);
      text = (await this.#server.query(this.#statement, values))[0]![0];
      if (text === null) for (const row of rows) row.present = false;
      if (attempt > 2) throw new RangeError('no answer to a check');
    }
    const decoded = decodeAnswers(
      text,
      asked.map(({check}) => check),
    );
    const first = decoded[0]!;
    this.#ahead = (first.kind === 'answer' ? first.answer.now : first.now) - Date.now() * 1_000;
    decoded.forEach((one, i) => {
      if (one.kind !== 'answer' || one.answer.verdicts.some(({kind}) => kind !== 0)) return;
      for (const {address, cost} of asked[i]!.check.layers)
        if (cost > 0) this.#rows.get(address).present = true;
    });
    return decoded;
  }

  #estimate(): number {
    const now = this.#server.now();
    return now < 0 ? Date.now() * 1_000 + this.#ahead : now;
  }
}

const joined = (
  instants: AskedCheck['instants'],
  outside: readonly OutsideEdges[],
): Map<number, Map<number, number>> => {
  const all = new Map([...instants].map(([layer, known]) => [layer, new Map(known)]));
  for (const {layer, bucket, instant} of outside)
    all.set(layer, (all.get(layer) ?? new Map<number, number>()).set(bucket, instant));
  return all;
};
