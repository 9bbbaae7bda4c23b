import type {Attributes} from '../../../src/engine/live/request-router.ts';
import type {CheckedDecision, CheckingLimiter} from '../../../src/guard/http/limiter-port.ts';
import {allowed, denied} from './decisions.ts';

/** A limiter that allows `budget` requests, remembers what it was asked, and counts the slots that are held. */
export class CountingLimiter implements CheckingLimiter {
  readonly asked: {readonly attributes: Attributes; readonly cost: number | undefined}[] = [];
  held = 0;
  budget: number;
  /** What `check` waits for before it answers. */
  gate: Promise<unknown> = Promise.resolve();
  error: unknown;
  changes: Partial<CheckedDecision> = {};

  constructor(budget = Number.POSITIVE_INFINITY) {
    this.budget = budget;
  }

  async check(attributes: Attributes, options?: {readonly cost?: number}): Promise<CheckedDecision> {
    this.asked.push({attributes, cost: options?.cost});
    await this.gate;
    if (this.error !== undefined) throw this.error;
    const fits = this.budget-- > 0;
    this.held++;
    return {
      ...(fits ? allowed(this.changes) : denied(this.changes)),
      leases: [{}],
      release: async () => {
        this.held--;
      },
    };
  }
}
