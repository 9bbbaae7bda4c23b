import {ceilMillis, floorMillis} from '../../base/micros.ts';
import type {QueueFacts} from '../../store/port.ts';
import type {StatusQueue} from '../../view/model/status-sections.ts';

const byName = (a: {readonly class: string}, b: {readonly class: string}): number =>
  a.class < b.class ? -1 : 1;

/** A queue as a report gives it. */
export const statusQueue = (facts: QueueFacts, now: number): StatusQueue => {
  const {queue, waiting, due, claimed, dead, oldestAt, nextAt} = facts;
  const classes = [...waiting].map(([name, count]) => ({class: name, waiting: count})).sort(byName);
  return {
    queue,
    waiting: classes.reduce((sum, one) => sum + one.waiting, 0),
    classes,
    due,
    claimed,
    dead,
    oldestMs: oldestAt === 0 ? null : floorMillis(Math.max(0, now - oldestAt)),
    // The store looked a moment later than `now`: what is due then is due.
    nextInMs: due > 0 ? 0 : Number.isFinite(nextAt) ? ceilMillis(Math.max(0, nextAt - now)) : null,
  };
};
