import type {Role} from '../colour.ts';
import {formatCount} from '../format-number.ts';
import type {PoolClient, StatusPool} from '../model/status-load.ts';
import {nameText} from '../name-text.ts';
import type {Cell} from '../table.ts';
import {type Times, whenText} from '../when.ts';
import {agoText, type Section, type SectionOptions} from './section.ts';

export const poolSection = (pools: readonly StatusPool[], {detail, times}: SectionOptions): Section => ({
  columns: [
    {title: 'pool', min: 8, cut: 'middle'},
    {title: 'running', align: 'right'},
    {title: 'max', align: 'right'},
    {title: 'waiting', align: 'right'},
    {title: 'oldest', align: 'right', drop: 2},
    {title: 'next one', align: 'right', drop: 4},
    {title: 'held', align: 'right', drop: 1},
    {title: 'clients full', align: 'right', drop: 3},
  ],
  rows: pools.map((pool) => ({
    cells: cellsOf(pool, times),
    notes: [
      ...(pool.configured ? [] : ['the policy does not name it']),
      ...(detail === 'wide' && pool.clients.length > 0 ? [clientsText(pool)] : []),
    ],
  })),
  remarks: [],
});

const cellsOf = (pool: StatusPool, times: Times): readonly Cell[] => {
  const {name, running, effectiveMax, waiting, queue, oldestWaitMs, meanHoldMs, maxPerKey} = pool;
  const isFull = effectiveMax !== null && running >= effectiveMax;
  return [
    nameText(name),
    {text: formatCount(running), role: isFull ? 'warn' : undefined},
    maxText(pool),
    {
      text: `${formatCount(waiting)}${queue === null ? '' : `/${formatCount(queue)}`}`,
      role: waitingRole(pool),
    },
    oldestWaitMs === null ? '' : agoText(new Date(times.now - oldestWaitMs).toISOString(), times),
    nextText(pool, times),
    meanHoldMs === null ? '' : whenText(meanHoldMs, {...times, format: 'relative'}),
    maxPerKey === null ? '' : formatCount(pool.clientsAtLimit),
  ];
};

/** `10`, and `10 → 6` while adaptive control leaves six of them. */
const maxText = ({max, effectiveMax}: StatusPool): Cell => {
  if (max === null || effectiveMax === null) return '';
  return effectiveMax === max
    ? formatCount(max)
    : {text: `${formatCount(max)} → ${formatCount(effectiveMax)}`, role: 'warn'};
};

const waitingRole = ({waiting, queue}: StatusPool): Role | undefined => {
  if (waiting === 0) return undefined;
  return queue !== null && waiting >= queue ? 'bad' : 'warn';
};

/** What a request that comes now would meet. */
const nextText = ({next, estimatedWaitMs}: StatusPool, times: Times): Cell => {
  if (next === null) return '';
  if (next === 'runs') return {text: 'runs', role: 'good'};
  const wait =
    estimatedWaitMs === null ? '' : ` ~${whenText(estimatedWaitMs, {...times, format: 'relative'})}`;
  return next === 'waits' ? {text: `waits${wait}`, role: 'warn'} : {text: 'refused', role: 'bad'};
};

const clientsText = ({clients, clientsAtLimit, maxPerKey}: StatusPool): string => {
  const more = clientsAtLimit - clients.length;
  return `at their ${formatCount(maxPerKey ?? 0)}: ${clients.map(clientText).join(', ')}${more > 0 ? `, and ${formatCount(more)} more` : ''}`;
};

const clientText = ({key, waiting}: PoolClient): string =>
  `${nameText(key)}${waiting > 0 ? ` (${formatCount(waiting)} waiting)` : ''}`;
