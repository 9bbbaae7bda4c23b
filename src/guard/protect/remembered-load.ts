import type {LoadSample} from '../../engine/control/control-spec.ts';
import {LoadMeter, type LoadSource} from '../control/load-meter.ts';

/** The load of this process, and what was measured of it last. */
export class RememberedLoad implements LoadSource {
  readonly #meter: LoadSource;
  #last: LoadSample = {cpu: undefined, memory: undefined, eventLoop: undefined, responseTime: undefined};

  constructor(meter: LoadSource = new LoadMeter()) {
    this.#meter = meter;
  }

  /** Undefined: not measured. */
  get last(): LoadSample {
    return this.#last;
  }

  start(): void {
    this.#meter.start();
  }

  observe(responseTimeUs: number, how?: 'completed' | 'abandoned'): void {
    this.#meter.observe(responseTimeUs, how);
  }

  sample(): LoadSample {
    this.#last = this.#meter.sample();
    return this.#last;
  }

  close(): void {
    this.#meter.close();
  }
}
