import type {QueueItem} from '../../store/port.ts';
import type {QueueResetReport, ShownItem} from '../../view/model/reset-report.ts';
import type {Actor} from '../audit/actor.ts';
import {clampedInstant} from '../status/clamped-instant.ts';

/** What is the same in all reports of a run. */
export interface QueueResetFacts
  extends Pick<QueueResetReport, 'action' | 'queue' | 'state' | 'store' | 'claimed' | 'already' | 'why'> {
  readonly actor: Actor;
  /** Items that are to be taken out, or put back. */
  readonly planned: number;
  readonly shown: readonly QueueItem[];
}

/** What came of it; undefined: nothing was tried. */
export interface QueueResetOutcome {
  readonly items: number;
  readonly failure: unknown;
  readonly receipt: string;
}

export const queueResetReport = (
  {actor, planned, shown, ...facts}: QueueResetFacts,
  outcome: QueueResetOutcome | undefined,
  dryRun: boolean,
): QueueResetReport => ({
  ...facts,
  dryRun,
  items: outcome?.items ?? planned,
  shown: shown.map(shownItem),
  complete: outcome?.failure === undefined,
  error: outcome?.failure === undefined ? null : messageOf(outcome.failure),
  receipt: outcome?.receipt ?? null,
  by: actor.by,
  host: actor.host,
});

const shownItem = ({id, class: name, enqueuedAt, attempts, error}: QueueItem): ShownItem => ({
  id,
  class: name,
  enqueuedAt: clampedInstant(enqueuedAt),
  attempts,
  error,
});

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
