import {PoissonArrivals} from './arrivals/poisson.ts';
import {SCANNER} from './client-directory.ts';
import {OUTCOMES} from './profiles/traffic-profile.ts';
import {type Random, randomStream} from './random.ts';
import type {TraceRequest} from './trace-request.ts';
import type {ScannerSpec} from './trace-spec.ts';
import type {Vocabulary} from './vocabulary.ts';
import {WeightedChoice} from './weighted-choice.ts';

/** One client that floods for a while: Poisson within its window, a random weak spot each time. */
export class Scanner {
  readonly #spec: ScannerSpec;
  readonly #vocabulary: Vocabulary;
  readonly #times: PoissonArrivals;
  readonly #random: Random;
  readonly #statuses = new WeightedChoice(OUTCOMES.probe.map(([, weight]) => weight));
  #next: number;

  constructor(spec: ScannerSpec, vocabulary: Vocabulary, seed: number) {
    this.#spec = spec;
    this.#vocabulary = vocabulary;
    this.#times = new PoissonArrivals(spec.rate, randomStream(seed, 'scanner arrivals'));
    this.#random = randomStream(seed, 'scanner');
    this.#next = spec.at + this.#times.next();
  }

  /** µs since the start of the trace; Infinity when it is done. */
  get nextTime(): number {
    return this.#next < this.#spec.at + this.#spec.length ? this.#next : Number.POSITIVE_INFINITY;
  }

  /** Fills in everything but the time, and moves on. */
  fill(request: TraceRequest): void {
    const {routes, agents, firstScannerRoute} = this.#vocabulary;
    request.rank = SCANNER;
    request.agent = agents.length - 1;
    request.route = firstScannerRoute + this.#random.below(routes.length - firstScannerRoute);
    request.status = OUTCOMES.probe[this.#statuses.next(this.#random)]![0];
    request.size = routes[request.route]!.size;
    request.cost = 1;
    this.#next = this.#spec.at + this.#times.next();
  }
}
