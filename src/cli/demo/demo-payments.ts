import type {NamedBreakerSpec} from '../../engine/policy-model.ts';
import {StoredBreaker} from '../../store/stored-breaker.ts';
import type {DemoInstance} from './demo-instance.ts';

/** Calls of an upstream that comes and goes, behind a circuit breaker that all instances share. */
export class DemoPayments {
  readonly #instances: readonly DemoInstance[];
  readonly #spec: NamedBreakerSpec;
  readonly #url: string;
  #calls = 0;

  constructor(instances: readonly DemoInstance[], spec: NamedBreakerSpec, url: string) {
    this.#instances = instances;
    this.#spec = spec;
    this.#url = url;
  }

  /** One payment, by one instance after the other. */
  async call(): Promise<void> {
    const instance = this.#instances[this.#calls++ % this.#instances.length]!;
    const breaker = new StoredBreaker(instance.store, this.#spec.name, this.#spec);
    const admitted = await breaker.admit();
    if (admitted.kind === 'refused') return;
    const outcome = await this.#pay(instance);
    await breaker.report(outcome, admitted.probe);
  }

  async #pay({tokens}: DemoInstance): Promise<'success' | 'failure'> {
    try {
      const {accessToken} = await tokens.token('billing');
      const headers = {authorization: `Bearer ${accessToken}`};
      const response = await fetch(this.#url, {method: 'POST', headers});
      await response.body?.cancel();
      return response.ok ? 'success' : 'failure';
    } catch {
      return 'failure';
    }
  }
}
