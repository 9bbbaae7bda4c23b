import type {StoredRow} from '../../store/port.ts';
import type {ApplyOptions, IntendedChange, KeptRow} from './apply-changes.ts';

/** Something that changes rows: looked at first, then done. */
export interface ChangeJob {
  readonly action: 'reset' | 'undo';
  /** What it is about, as it is typed. */
  readonly selector: string;
  /** One key that was named exactly, or several that were asked for together. */
  readonly reach: 'one' | 'many';
  readonly onDrift: ApplyOptions['onDrift'];
  /** Reads, and changes nothing. Throws a RatectlError when the job is not to be done. */
  preview(): Promise<JobPreview>;
  /** Reads again, since things move. */
  batches(): AsyncIterable<readonly IntendedChange[]>;
}

export interface JobPreview {
  /** Rows that will be changed. */
  readonly keys: number;
  /** The first of them by limit, key and tier, as they are now; for an undo as they will be. */
  readonly shown: readonly StoredRow[];
  /** Rows that will stay as they are although they should change: how many, and the first of them. */
  readonly keptCount: number;
  readonly kept: readonly KeptRow[];
  /** Rows that are as they should be already, … */
  readonly already: number;
  /** … and those that would be out of date by now. */
  readonly expired: number;
  /** What people should know before. */
  readonly notes: readonly string[];
}
