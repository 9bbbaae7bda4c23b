import type {ExitCode} from '../base/exit-code.ts';
import type {LoadPlan} from './load-plan.ts';
import type {LoadResult} from './load-result.ts';

/** What the command tells a process that makes load. */
export type ToProcess =
  | {readonly kind: 'prepare'; readonly plan: LoadPlan}
  | {readonly kind: 'run'}
  | {readonly kind: 'stop'};

/** An error as it crosses to another process. */
export interface SentError {
  readonly message: string;
  readonly code: string;
  readonly hint: string | undefined;
  readonly exit: ExitCode;
}

/** What it is told back. */
export type FromProcess =
  | {readonly kind: 'ready'}
  | {readonly kind: 'failed'; readonly error: SentError}
  | {readonly kind: 'progress'; readonly answers: number}
  | {readonly kind: 'lost'}
  | {readonly kind: 'done'; readonly result: LoadResult};
