import {hash} from './client-directory.ts';
import {drawCost} from './lognormal.ts';
import {OUTCOMES} from './profiles/traffic-profile.ts';
import {randomStream} from './random.ts';
import type {TraceRequest} from './trace-request.ts';
import type {TraceSpec} from './trace-spec.ts';
import type {Vocabulary} from './vocabulary.ts';
import {WeightedChoice} from './weighted-choice.ts';
import {Zipf} from './zipf.ts';

const SERVICE_UNAVAILABLE = 503;
const ERROR_SIZE = 162;

/** Gives each request its client and attributes. What a slot was drawn keeps until it is drawn again, so a retry repeats it. */
export class Crowd {
  readonly #spec: TraceSpec;
  readonly #vocabulary: Vocabulary;
  readonly #zipf: Zipf;
  readonly #routes: WeightedChoice;
  readonly #agents: WeightedChoice;
  readonly #statuses: readonly {readonly values: readonly number[]; readonly choice: WeightedChoice}[];
  readonly #random;
  readonly #ranks: number[] = [];
  readonly #routeOf: number[] = [];
  readonly #costs: number[] = [];

  constructor(spec: TraceSpec, vocabulary: Vocabulary) {
    const stream = (name: string) => randomStream(spec.seed, name);
    this.#spec = spec;
    this.#vocabulary = vocabulary;
    this.#random = {
      route: stream('route'),
      cost: stream('cost'),
      status: stream('status'),
      size: stream('size'),
    };
    this.#zipf = new Zipf(spec.clients.count, spec.clients.zipf, stream('client'));
    this.#routes = new WeightedChoice(
      vocabulary.routes.slice(0, vocabulary.firstScannerRoute).map((route) => route.weight),
    );
    this.#agents = new WeightedChoice(vocabulary.agents.slice(0, -1).map((agent) => agent.weight));
    this.#statuses = vocabulary.routes.map(({outcome}) => ({
      values: OUTCOMES[outcome].map(([status]) => status),
      choice: new WeightedChoice(OUTCOMES[outcome].map(([, weight]) => weight)),
    }));
  }

  /** A client's new request. */
  draw(slot: number): void {
    const route = this.#routes.next(this.#random.route);
    this.#ranks[slot] = this.#zipf.next();
    this.#routeOf[slot] = route;
    const cost = this.#spec.cost;
    const metered = cost.kind === 'fixed' || this.#vocabulary.routes[route]!.metered;
    this.#costs[slot] = metered ? drawCost(cost, this.#random.cost) : 1;
  }

  /** Fills in one attempt of a slot's request: everything but the time. */
  fill(request: TraceRequest, slot: number, failed: boolean): void {
    const rank = this.#ranks[slot]!;
    request.rank = rank;
    request.agent = this.#agents.at(hash(rank, 0x3c61) / 0x100000000);
    request.route = this.#routeOf[slot]!;
    request.cost = this.#costs[slot]!;
    this.#answer(request);
    if (failed) {
      request.status = SERVICE_UNAVAILABLE;
      request.size = ERROR_SIZE;
    }
  }

  /** Draws the answer of a route. Always draws, so that an outage does not shift the answers after it. */
  #answer(request: TraceRequest): void {
    const {values, choice} = this.#statuses[request.route]!;
    const {size} = this.#vocabulary.routes[request.route]!;
    request.status = values[choice.next(this.#random.status)]!;
    const extra = this.#random.size.below(1 + (size >> 2));
    if (request.status === 304) request.size = 0;
    else request.size = request.status >= 400 ? ERROR_SIZE : size + extra;
  }
}
