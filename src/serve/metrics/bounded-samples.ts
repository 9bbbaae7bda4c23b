import {safeExcerpt} from '../../base/safe-text.ts';
import type {Sample} from './metric-family.ts';

/** Things of one kind that get series: who may write to the store can make up names without end. */
const MOST_NAMES = 200;

/**
 * One sample or several for each thing, named by a label. Names are cut and escaped, and things beyond the 200th are left out: the
 * number of series stays bounded, whoever named them.
 */
export const samplesOf = <T>(
  things: readonly T[],
  label: string,
  nameOf: (thing: T) => string,
  read: (thing: T) => readonly (Sample | undefined)[],
): readonly Sample[] => {
  const seen = new Set<string>();
  const samples: Sample[] = [];
  for (const thing of things) {
    if (seen.size >= MOST_NAMES) break;
    const name = safeExcerpt(nameOf(thing));
    if (seen.has(name)) continue;
    seen.add(name);
    for (const sample of read(thing))
      if (sample !== undefined) samples.push({...sample, labels: {[label]: name, ...sample.labels}});
  }
  return samples;
};

/** A sample whose only label is the thing's name; undefined where there is nothing to say. */
export const named = (value: number | null | undefined): Sample | undefined =>
  value === null || value === undefined ? undefined : {labels: {}, value};
