import type {Role} from '../colour.ts';
import {formatCount} from '../format-number.ts';
import type {StatusBreaker, StatusInstance, StatusLeader, StatusQueue} from '../model/status-sections.ts';
import {nameText} from '../name-text.ts';
import {type Times, whenText} from '../when.ts';
import {agoText, inOrAt, type Section, type SectionOptions, sinceText} from './section.ts';

const BREAKER_ROLES: Readonly<Record<StatusBreaker['state'], Role>> = {
  open: 'bad',
  'half-open': 'warn',
  closed: 'good',
};

export const breakerSection = (breakers: readonly StatusBreaker[], {times}: SectionOptions): Section => ({
  columns: [
    {title: 'breaker', min: 8, cut: 'middle'},
    {title: 'state'},
    {title: 'failures', align: 'right'},
    {title: 'calls'},
    {title: 'opened', drop: 2},
  ],
  rows: breakers.map((breaker) => ({
    cells: [
      nameText(breaker.name),
      {text: breaker.state, role: BREAKER_ROLES[breaker.state]},
      `${formatCount(breaker.failures)}${breaker.opensAt === null ? '' : `/${formatCount(breaker.opensAt)}`}`,
      callsText(breaker, times),
      breaker.openedAt === null ? '' : agoText(breaker.openedAt, times),
    ],
    notes: breaker.configured ? [] : ['the policy does not name it'],
  })),
  remarks: [],
});

/** What becomes of a call, and what has to happen until the breaker closes. */
const callsText = ({state, callsInMs, successes, closesAt}: StatusBreaker, times: Times): string => {
  if (state === 'closed') return 'pass';
  const wait =
    callsInMs === null || callsInMs === 0 ? undefined : `${inOrAt(times)} ${whenText(callsInMs, times)}`;
  if (state === 'open') return wait === undefined ? 'refused' : `probe ${wait}`;
  return `${wait === undefined ? 'probe now' : `next probe ${wait}`}, ${successes}${closesAt === null ? '' : ` of ${closesAt}`} ok`;
};

export const queueSection = (queues: readonly StatusQueue[], {times}: SectionOptions): Section => ({
  columns: [
    {title: 'queue', min: 8, cut: 'middle'},
    {title: 'waiting', align: 'right'},
    {title: 'due', align: 'right'},
    {title: 'claimed', align: 'right', drop: 3},
    {title: 'dead', align: 'right'},
    {title: 'oldest', align: 'right', drop: 2},
    {title: `next ${inOrAt(times)}`, align: 'right', drop: 1},
  ],
  rows: queues.map(({queue, waiting, classes, due, claimed, dead, oldestMs, nextInMs}) => ({
    cells: [
      nameText(queue),
      formatCount(waiting),
      formatCount(due),
      formatCount(claimed),
      {text: formatCount(dead), role: dead > 0 ? 'bad' : undefined},
      oldestMs === null ? '' : agoText(new Date(times.now - oldestMs).toISOString(), times),
      nextInMs === null ? '' : nextInMs === 0 ? 'now' : whenText(nextInMs, times),
    ],
    notes:
      classes.length < 2 ? [] : [classes.map((one) => `${one.class} ${formatCount(one.waiting)}`).join(', ')],
  })),
  remarks: [],
});

export const instanceSection = (
  instances: readonly StatusInstance[],
  leader: StatusLeader | null,
  {times}: SectionOptions,
): Section => {
  const lead = leader === null ? '' : leadText(leader, times);
  const isListed = instances.some(({leads}) => leads);
  return {
    columns: [
      {title: 'instance', min: 12, cut: 'middle'},
      {title: 'role', min: 6, drop: 2},
      {title: 'started', drop: 1},
      {title: 'last seen'},
    ],
    rows: instances.map(({id, role, startedAt, seenAt, leads}) => ({
      cells: [nameText(id), role, agoText(startedAt, times), agoText(seenAt, times)],
      notes: leads ? [`leads, ${lead}`] : [],
    })),
    remarks: leader === null || isListed ? [] : [`leader: ${leader.instance}, not listed here`, lead],
  };
};

const leadText = ({fencing, since, until}: StatusLeader, times: Times): string =>
  `fencing token ${fencing}, since ${sinceText(since, times)}, until ${inOrAt(times)} ${whenText(Math.max(0, Date.parse(until) - times.now), times)}`;
