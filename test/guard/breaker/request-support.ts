import {onTestFinished} from 'vitest';
import type {Attributes} from '../../../src/engine/live/attributes.ts';
import type {BreakerGuard, NamedBreakerSpec} from '../../../src/engine/policy-model.ts';
import {
  type RequestBreakerChange,
  RequestBreakers,
  type RequestBreakersParts,
} from '../../../src/guard/breaker/request-breakers.ts';
import type {Store} from '../../../src/store/port.ts';
import {MINUTE, MS} from '../../support/instants.ts';

type Requests = Extract<BreakerGuard, {kind: 'requests'}>;

/** A breaker before requests, with a recovery that no test sits out: clocks are set forward, see `setClock` and `letPass`. */
export const ruleOf = (
  name: string,
  guards: Partial<Requests> = {},
  spec: Partial<NamedBreakerSpec> = {},
): NamedBreakerSpec => ({
  name,
  failures: 3,
  rate: undefined,
  window: MINUTE,
  minimumCalls: 4,
  recovery: MINUTE,
  probes: 1,
  healthCheck: 10_000 * MS,
  ...spec,
  guards: {kind: 'requests', when: [], unless: [], key: undefined, counts: 'failures', ...guards},
});

export const ABUSE = ruleOf('abuse', {key: '{tenant}', counts: 'refusals'});
export const UPSTREAM = ruleOf('upstream', {when: [{attribute: 'path', values: ['/pay/*']}]});

export class RequestScene {
  readonly breakers: RequestBreakers;
  readonly changes: RequestBreakerChange[] = [];

  constructor(rules: readonly NamedBreakerSpec[], parts: Partial<RequestBreakersParts> = {}) {
    this.breakers = new RequestBreakers({
      ...{policy: {breakers: rules}, store: undefined, ...parts},
      onChange: (change) => this.changes.push(change),
    });
    onTestFinished(() => this.breakers.close());
  }

  /** One request that is served, or refused by a limit: what the breakers said of it. */
  request(attributes: Attributes, ends: 'success' | 'failure' | 'limited' | 'abandoned' = 'success'): string {
    const admission = this.breakers.admit(attributes);
    if (admission.kind === 'refused') return `${admission.breaker} ${admission.key}`.trim();
    const {calls} = admission;
    if (ends !== 'abandoned') this.breakers.limited(calls, ends === 'limited' ? 'refused' : 'allowed');
    if (ends === 'success' || ends === 'failure') for (const call of calls) this.breakers.outcome(call, ends);
    this.breakers.abandon(calls);
    return 'allowed';
  }

  times(count: number, ...args: Parameters<RequestScene['request']>): readonly string[] {
    return Array.from({length: count}, () => this.request(...args));
  }
}

/** Breakers of an instance, started. */
export const instance = async (
  rules: readonly NamedBreakerSpec[],
  store: Store | undefined,
  parts: Partial<RequestBreakersParts> = {},
): Promise<RequestScene> => {
  const made = new RequestScene(rules, {
    store: store && {
      open: async () => store,
      ownership: 'borrowed',
      timeoutMs: 5_000,
      onLost: () => undefined,
    },
    ...parts,
  });
  await made.breakers.start();
  return made;
};
