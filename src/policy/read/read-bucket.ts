import {
  bucketOutOfRange,
  leakRateOf,
  leakyOutOfRange,
  MAX_LEAKY_BURST,
  windowOutOfRange,
} from '../../engine/exact-range.ts';
import type {AlgorithmSpec} from '../../engine/policy-model.ts';
import {ALGORITHM_NAMES, type AlgorithmName} from '../algorithm-names.ts';
import {BUCKET_FIELDS, parametersOf} from '../limit-fields.ts';
import type {Problems} from '../problems.ts';
import {MAX_SLOTS, MAX_WAITING} from '../protection-types.ts';
import type {SourceNode} from '../source/source-node.ts';
import {MAX_LEASES} from '../value-types.ts';
import {readChoice, readFlag} from './read-choice.ts';
import {type CountRange, readCount} from './read-count.ts';
import {readDuration} from './read-duration.ts';
import {type Fields, requireFields} from './read-fields.ts';
import {readRate, type WrittenRate} from './read-rate.ts';
import {readRefill} from './read-refill.ts';
import {readSpan, readWindow} from './read-window.ts';

/** The mapping that describes one bucket: a limit, an item of a tier, an override. */
export interface BucketSource {
  readonly fields: Fields;
  readonly at: number;
  readonly path: string;
  /** Algorithm of buckets that name none. */
  readonly algorithm?: AlgorithmName | undefined;
  /** Fields an override has from its limit. */
  readonly inherited?: ReadonlySet<string>;
}

const THIRTY_SECONDS = 30_000_000;

/** Reads the parameters of one algorithm. Every problem is reported; undefined when there was one. */
export const readBucket = (source: BucketSource, problems: Problems): AlgorithmSpec | undefined => {
  const before = problems.count;
  const algorithm = algorithmOf(source, problems);
  if (algorithm === undefined) return undefined;
  refuseForeign(source, algorithm, problems);
  requireFields(source.fields, source.at, source.path, parametersOf(algorithm), problems, algorithm);
  const spec = new BucketReader(source, problems).read(algorithm);
  return problems.count === before ? spec : undefined;
};

/** The algorithm that is named, or a token bucket where there is a rate. */
export const algorithmOf = (
  {fields, at, path, algorithm}: BucketSource,
  problems: Problems,
): AlgorithmName | undefined => {
  const named = fields.get('algorithm');
  if (named !== undefined) return readChoice(named.value, `${path}.algorithm`, ALGORITHM_NAMES, problems);
  if (algorithm !== undefined) return algorithm;
  if (fields.has('rate')) return 'token-bucket';
  let hint = 'add rate: 10/s for a token bucket, or name an algorithm';
  if (fields.has('limit') || fields.has('window'))
    hint = 'limit and window belong to fixed-window, sliding-window or sliding-log: name one';
  else if (fields.has('max')) hint = 'max belongs to algorithm: concurrency';
  problems.report(at, path, 'needs an algorithm', {hint});
  return undefined;
};

const inWords = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

const refuseForeign = ({fields, path}: BucketSource, algorithm: AlgorithmName, problems: Problems): void => {
  const own = parametersOf(algorithm);
  for (const field of BUCKET_FIELDS) {
    const entry = fields.get(field.name);
    if (entry === undefined || field.algorithms === undefined || own.includes(field)) continue;
    const does = field.algorithms.length === 1 ? 'does' : 'do';
    problems.report(
      entry.keyAt,
      `${path}.${field.name}`,
      `${algorithm} takes no "${field.name}"; ${inWords(field.algorithms)} ${does}`,
      {
        hint: `${algorithm} takes ${inWords(own.map((parameter) => parameter.name))}`,
      },
    );
  }
};

class BucketReader {
  readonly #source: BucketSource;
  readonly #problems: Problems;

  constructor(source: BucketSource, problems: Problems) {
    this.#source = source;
    this.#problems = problems;
  }

  read(algorithm: AlgorithmName): AlgorithmSpec | undefined {
    switch (algorithm) {
      case 'token-bucket':
        return this.#tokenBucket();
      case 'gcra':
        return this.#gcra();
      case 'fixed-window':
        return this.#fixedWindow();
      case 'sliding-window':
      case 'sliding-log':
        return this.#sliding(algorithm);
      case 'leaky-bucket':
        return this.#leakyBucket();
      case 'concurrency':
        return this.#concurrency();
    }
  }

  #tokenBucket(): AlgorithmSpec | undefined {
    const rate = this.#rate();
    const burst = this.#count('burst', {min: 1}, rate?.amount);
    const initial = this.#initial(burst);
    const refill = this.#field('refill', readRefill, {kind: 'continuous'});
    if (rate === undefined || burst === undefined || initial === undefined || refill === undefined)
      return undefined;
    this.#refuse(
      'rate',
      bucketOutOfRange({...rate, burst, step: refill.kind === 'stepped' ? refill.every : 1}),
    );
    return {kind: 'token-bucket', count: rate.count, per: rate.per, burst, initial, refill};
  }

  #gcra(): AlgorithmSpec | undefined {
    const rate = this.#rate();
    const burst = this.#count('burst', {min: 1}, rate?.amount);
    if (rate === undefined || burst === undefined) return undefined;
    this.#refuse('rate', bucketOutOfRange({...rate, burst, step: 1}));
    return {kind: 'gcra', count: rate.count, per: rate.per, burst};
  }

  #fixedWindow(): AlgorithmSpec | undefined {
    const limit = this.#count('limit', {min: 1});
    const window = readWindow(this.#source.fields, this.#source.path, this.#problems);
    const countDenied = this.#field('countDenied', readFlag, false);
    if (limit === undefined || window === undefined || countDenied === undefined) return undefined;
    return {kind: 'fixed-window', limit, window, countDenied};
  }

  #sliding(kind: 'sliding-window' | 'sliding-log'): AlgorithmSpec | undefined {
    const limit = this.#count('limit', {min: 1});
    const window = this.#field('window', readSpan, undefined);
    if (limit === undefined || window === undefined) return undefined;
    if (kind === 'sliding-window') this.#refuse('window', windowOutOfRange(limit, window));
    return {kind, limit, window};
  }

  #leakyBucket(): AlgorithmSpec | undefined {
    const rate = this.#rate();
    const burst = this.#count('burst', {min: 0, max: MAX_LEAKY_BURST}, 0);
    const delay = this.#count('delay', {min: 0, max: MAX_LEAKY_BURST}, 0);
    const nodelay = this.#field('nodelay', readFlag, false);
    const {fields, path} = this.#source;
    if (nodelay === true && fields.has('delay')) {
      this.#problems.report(
        fields.get('delay')!.keyAt,
        `${path}.delay`,
        'delay and nodelay: true exclude each other',
        {hint: 'leave one out'},
      );
    }
    if (rate === undefined || burst === undefined || delay === undefined || nodelay === undefined)
      return undefined;
    this.#checkLeak(rate, burst);
    return {
      kind: 'leaky-bucket',
      count: rate.count,
      per: rate.per,
      burst,
      delayFrom: nodelay ? Number.POSITIVE_INFINITY : delay,
    };
  }

  /** nginx keeps thousandths of a request per second, rounded down. */
  #checkLeak(rate: WrittenRate, burst: number): void {
    const {fields, path, inherited} = this.#source;
    const thousandths = leakRateOf(rate.count, rate.per);
    if (thousandths === undefined) {
      this.#refuse('rate', 'this rate is beyond what leaky-bucket can compute exactly');
      return;
    }
    if (thousandths === 0) {
      const reason = 'leaky-bucket counts thousandths of a request per second, and this rate is below one';
      this.#refuse('rate', reason, 'the lowest rate is 3.6/h; token-bucket takes lower ones');
      return;
    }
    this.#refuse('burst', leakyOutOfRange(burst, thousandths));
    const entry = fields.get('rate');
    const exact = (BigInt(rate.count) * 1_000_000_000n) % BigInt(rate.per) === 0n;
    if (exact || entry === undefined || inherited?.has('rate')) return;
    const interval = `${Number((1_000 / thousandths).toPrecision(6))}s`;
    this.#problems.warn(
      entry.value.at,
      `${path}.rate`,
      `leaky-bucket counts thousandths as nginx does: ${rate.text} becomes ${thousandths}/1000 per second, one request per ${interval}`,
    );
  }

  #concurrency(): AlgorithmSpec | undefined {
    const max = this.#count('max', {min: 1, max: MAX_LEASES});
    const timeout = this.#field('timeout', readDuration, THIRTY_SECONDS);
    const queue = this.#source.fields.get('queue');
    if (queue !== undefined) {
      const length = readCount(queue.value, `${this.#source.path}.queue`, {min: 0}, this.#problems);
      const silent = length === undefined || length === 0 || this.#source.inherited?.has('queue');
      if (!silent)
        this.#problems.warn(
          queue.keyAt,
          `${this.#source.path}.queue`,
          `has no effect: a limit refuses at once; for a queue write a pool: concurrency: { api: { max: ${Math.min(max ?? 10, MAX_SLOTS)}, queue: ${Math.min(length, MAX_WAITING)} } }`,
        );
    }
    return max === undefined || timeout === undefined ? undefined : {kind: 'concurrency', max, timeout};
  }

  #rate(): WrittenRate | undefined {
    return this.#field('rate', readRate, undefined);
  }

  #initial(burst: number | undefined): number | undefined {
    const entry = this.#source.fields.get('initial');
    if (entry === undefined || burst === undefined) return burst;
    const from = this.#source.inherited?.has('initial')
      ? 'the burst; "initial" comes from the limit, give one here'
      : 'the burst';
    return readCount(
      entry.value,
      `${this.#source.path}.initial`,
      {min: 0, max: burst, maxIs: from},
      this.#problems,
    );
  }

  #count(name: string, range: CountRange, otherwise?: number): number | undefined {
    const entry = this.#source.fields.get(name);
    return entry === undefined
      ? otherwise
      : readCount(entry.value, `${this.#source.path}.${name}`, range, this.#problems);
  }

  #field<T>(
    name: string,
    read: (node: SourceNode, path: string, problems: Problems) => T | undefined,
    otherwise: T | undefined,
  ): T | undefined {
    const entry = this.#source.fields.get(name);
    return entry === undefined
      ? otherwise
      : read(entry.value, `${this.#source.path}.${name}`, this.#problems);
  }

  /** Reports that numbers do not fit together, at one of the fields they come from. */
  #refuse(name: string, reason: string | undefined, hint?: string): void {
    if (reason === undefined) return;
    const at = this.#source.fields.get(name)?.value.at ?? this.#source.at;
    this.#problems.report(at, `${this.#source.path}.${name}`, reason, {hint});
  }
}
