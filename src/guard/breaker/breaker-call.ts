/** A call that a breaker let through. Tell it how the call ended, once; what comes after that does nothing. */
export class BreakerCall {
  /** Whether it is one of the few that find out whether calls succeed again. */
  readonly isProbe: boolean;
  #end: ((outcome: 'success' | 'failure' | 'abandoned') => void) | undefined;

  constructor(isProbe: boolean, end: (outcome: 'success' | 'failure' | 'abandoned') => void) {
    this.isProbe = isProbe;
    this.#end = end;
  }

  report(outcome: 'success' | 'failure'): void {
    this.#finish(outcome);
  }

  /** The call was not made, or what came of it says nothing: another may have the place of a probe. */
  abandon(): void {
    this.#finish('abandoned');
  }

  #finish(outcome: 'success' | 'failure' | 'abandoned'): void {
    const end = this.#end;
    this.#end = undefined;
    end?.(outcome);
  }
}
