import {type Attributes, type Condition, conditionOf, renderer} from '../../engine/live/attributes.ts';
import type {NamedBreakerSpec} from '../../engine/policy-model.ts';
import {breakerDocumentId} from '../../store/breaker-document.ts';

/** Whose breaker a request meets. */
export interface Identity {
  /** Of the document. */
  readonly id: string;
  /** As it is in the id: a long one is cut, for many are remembered. Empty where one breaker stands before all. */
  readonly key: string;
}

/** A breaker of the policy that stands before requests. */
export class RequestRule {
  readonly spec: NamedBreakerSpec;
  /** What it counts. */
  readonly counts: 'failures' | 'refusals';
  readonly isKeyed: boolean;
  /** Requests that it refused since the start. */
  refused = 0;
  readonly #when: Condition | undefined;
  readonly #unless: Condition | undefined;
  readonly #keyOf: ((attributes: Attributes) => string) | undefined;

  /** Undefined for a breaker of calls. */
  static of(spec: NamedBreakerSpec): RequestRule | undefined {
    const {guards} = spec;
    return guards.kind === 'requests' ? new RequestRule(spec, guards) : undefined;
  }

  private constructor(
    spec: NamedBreakerSpec,
    {when, unless, key, counts}: Extract<NamedBreakerSpec['guards'], {kind: 'requests'}>,
  ) {
    this.spec = spec;
    this.counts = counts;
    this.isKeyed = key !== undefined;
    this.#when = when.length > 0 ? conditionOf(when) : undefined;
    this.#unless = unless.length > 0 ? conditionOf(unless) : undefined;
    this.#keyOf = key === undefined ? undefined : renderer(key);
  }

  /** Undefined: the breaker does not concern the request, or its key misses an attribute. */
  identityOf(attributes: Attributes): Identity | undefined {
    if (this.#unless?.(attributes) || this.#when?.(attributes) === false) return undefined;
    const key = this.#keyOf?.(attributes) ?? '';
    if (this.isKeyed && key === '') return undefined;
    return this.#identity(breakerDocumentId(this.spec.name, key));
  }

  /** That of a document; undefined: it is another breaker's. */
  identityIn(id: string): Identity | undefined {
    const {name} = this.spec;
    if (!this.isKeyed) return id === name ? {id, key: ''} : undefined;
    return id.startsWith(`${name} `) ? this.#identity(id) : undefined;
  }

  #identity(id: string): Identity {
    return {id, key: id.slice(this.spec.name.length + 1)};
  }
}
