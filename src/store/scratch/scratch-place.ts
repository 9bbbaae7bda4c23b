import {randomBytes} from 'node:crypto';
import type {StoreTarget} from '../store-target.ts';

/** A place of its own in a store, for keys that are removed afterwards. */
export interface ScratchPlace {
  /** The store, with everything kept in that place. */
  readonly target: StoreTarget;
  /** For people: `keys under "ratectl-bench:0a1b2c3d4e5f:"`. */
  readonly words: string;
}

/** What removal insists on: nothing else is ever removed. */
export const SCRATCH_PREFIX = /^ratectl-bench:[0-9a-f]{12}:$/;
export const SCRATCH_SCHEMA = /^ratectl_bench_[0-9a-f]{12}$/;
export const SCRATCH_FILE = /\.ratectl-bench-[0-9a-f]{12}$/;

/** Chooses a place that nobody else has. Opens nothing. */
export const scratchPlace = (
  target: StoreTarget,
  id: string = randomBytes(6).toString('hex'),
): ScratchPlace => {
  switch (target.kind) {
    case 'memory':
      return {target, words: 'memory of its own'};
    case 'sqlite': {
      const path = `${target.path}.ratectl-bench-${id}`;
      return {target: {...target, path}, words: `the file ${path}`};
    }
    case 'redis': {
      const prefix = `ratectl-bench:${id}:`;
      return {target: withParameter(target, 'prefix', prefix), words: `keys under "${prefix}"`};
    }
    case 'postgres': {
      const schema = `ratectl_bench_${id}`;
      return {target: withParameter(target, 'schema', schema), words: `the schema ${schema}`};
    }
  }
};

const withParameter = <T extends Extract<StoreTarget, {kind: 'redis' | 'postgres'}>>(
  target: T,
  name: string,
  value: string,
): T => {
  const parameters = new Map(target.parameters);
  parameters.set(name, value);
  // A new place has to be made.
  parameters.delete('migrate');
  return {...target, parameters};
};
