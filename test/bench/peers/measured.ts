import type {Runner} from './rounds.ts';

/** What a row of a table measured, a figure for each round. */
export interface Row {
  readonly name: string;
  readonly values: readonly number[];
  /** Processor time of the client for each decision, µs. */
  readonly cpu?: readonly number[];
}

/** The first row is ours: the others are compared with it. */
export interface Measured {
  /** By which goals find it. */
  readonly id: string;
  readonly title: string;
  readonly unit: 'per second' | 's' | 'ms' | 'MiB' | 'bytes';
  readonly rows: readonly Row[];
}

export interface Plan {
  readonly rounds: number;
  /** How long each contender has in each round. */
  readonly ms: number;
  /** A folder for files, removed at the end. */
  readonly folder: string;
  readonly say: (what: string) => void;
}

export type Part = (plan: Plan) => Promise<readonly Measured[]>;

export const closeAll = async (runners: readonly Runner[]): Promise<void> => {
  for (const runner of runners) await runner.close?.();
};
