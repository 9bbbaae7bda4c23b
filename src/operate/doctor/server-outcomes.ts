import {percentOf} from './amounts.ts';
import {absent, all, count, found, type Outcome, ok} from './rule.ts';

/** Of a server that takes a bounded number of connections. */
export const connectionsOutcome = (used: number, most: number, where: string, next: string): Outcome => {
  const evidence = [count('used', used), count('allowed', most)];
  const full = most > 0 ? used / most : 0;
  if (full < 0.8) return ok(...evidence);
  return found(
    full < 0.95 ? 'warning' : 'error',
    `${used} of ${most} connections are taken (${percentOf(full)})`,
    {where, evidence, next},
  );
};

/** A check of several servers. */
export const everyNode = <N>(nodes: readonly N[], look: (node: N) => Outcome): Outcome => {
  const outcomes = nodes.map(look);
  const seen = outcomes.filter(({kind}) => kind !== 'unseen');
  // What is not told by one of them, and not wrong in the others, is not known.
  if (outcomes.some(({kind}) => kind === 'found')) return all(seen);
  return outcomes.find(({kind}) => kind === 'unseen') ?? outcomes[0] ?? absent;
};
