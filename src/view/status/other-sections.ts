import {formatCount} from '../format-number.ts';
import type {StatusInstance, StatusLeader, StatusQueue} from '../model/status-sections.ts';
import {nameText} from '../name-text.ts';
import {dueText, type Times, whenText} from '../when.ts';
import {agoText, inOrAt, type Section, type SectionOptions, sinceText} from './section.ts';

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
  `fencing token ${fencing}, since ${sinceText(since, times)}, until ${dueText(Math.max(0, Date.parse(until) - times.now), times)}`;
