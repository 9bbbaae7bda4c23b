import type {DecisionLog} from '../decision-log.ts';
import type {Arrival, Ruling} from './arrival.ts';
import {Fifo} from './fifo.ts';

interface Line {
  readonly arrival: Arrival;
  ruling: Ruling | undefined;
}

/** Brings decisions, which are known when requests leave the queues of pools, into the order in which the requests came. */
export class DecisionOrder {
  readonly #log: DecisionLog;
  readonly #open = new Map<Arrival, Line>();
  readonly #lines = new Fifo<Line>();

  constructor(log: DecisionLog) {
    this.#log = log;
  }

  arrived(arrival: Arrival): void {
    const line = {arrival, ruling: undefined};
    this.#open.set(arrival, line);
    this.#lines.push(line);
  }

  ruled(arrival: Arrival, ruling: Ruling): void {
    this.#open.get(arrival)!.ruling = ruling;
    this.#open.delete(arrival);
    for (;;) {
      const {first} = this.#lines;
      if (first?.ruling === undefined) return;
      this.#lines.shift();
      const {at, key, cost} = first.arrival;
      this.#log.writeLine({...first.ruling, at, key, cost});
    }
  }
}
