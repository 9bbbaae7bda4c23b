import type {StatusReport} from '../../view/model/status-report.ts';
import {noticesOf} from '../data/notices.ts';
import type {DashboardState} from './dashboard-state.ts';
import type {PaneName} from './panes.ts';

/** A pane on the screen. Its first line is its title. */
export interface PaneBox {
  readonly name: PaneName;
  readonly width: number;
  readonly lines: number;
}

/** Who gets which lines of the screen. */
export interface Layout {
  readonly columns: number;
  readonly header: number;
  readonly alerts: number;
  readonly above: readonly PaneBox[];
  readonly main: PaneBox;
  readonly below: readonly PaneBox[];
  /** To the right of all that, on wide screens. */
  readonly side: readonly PaneBox[];
  /** Lines between the header and the last line, alerts included. */
  readonly middle: number;
  /** Line of the screen on which the main pane begins. */
  readonly mainAt: number;
}

const WIDE = 150;
const GAP = 2;
/** Title, column titles and a row: less says nothing. */
const LEAST = 3;
const FRAME = 2;

type Facts = Pick<DashboardState, 'look' | 'rows' | 'lost' | 'columns' | 'lines' | 'pane'>;

/** The most important first: what does not fit is left out from the end, and can be brought into the middle with Tab. */
const BESIDE: readonly {readonly name: PaneName; readonly most: number}[] = [
  {name: 'keys', most: 12},
  {name: 'limits', most: 10},
  {name: 'tokens', most: 8},
  {name: 'breakers', most: 7},
  {name: 'load', most: 7},
  {name: 'pools', most: 7},
  {name: 'queues', most: 7},
  {name: 'instances', most: 7},
  {name: 'events', most: 10},
];

export const layoutOf = (state: Facts): Layout => {
  const {lost, columns, lines, pane} = state;
  const header = (lines < 10 ? 1 : 2) + (lost === undefined ? 0 : 1);
  const found = countOf('alerts', state);
  const alerts = pane === 'alerts' ? 0 : Math.min(found, lines < 20 ? 1 : 3);
  const middle = Math.max(LEAST, lines - header - 1);
  const room = Math.max(LEAST, middle - alerts);
  const beside = BESIDE.filter(({name}) => name !== pane && countOf(name, state) > 0);
  if (columns >= WIDE) {
    const width = Math.floor((columns - GAP) * 0.6);
    const side = share(beside, middle, state, 'all').map(({name, lines: own}) => ({
      name,
      lines: own,
      width: columns - width - GAP,
    }));
    const main = {name: pane, width: side.length === 0 ? columns : width, lines: room};
    return {columns, header, alerts, above: [], main, below: [], side, middle, mainAt: header + alerts};
  }
  const most = Math.min(room, linesOf(pane, state) + FRAME);
  // A third for the keys, however few there are: the screen does not jump with every one that comes or goes.
  const wanted = pane === 'keys' ? Math.max(Math.ceil(room / 3), most) : Math.max(LEAST, most);
  const least = Math.min(
    room,
    pane === 'keys' ? Math.max(6, Math.min(wanted, Math.ceil(room * 0.55))) : wanted,
  );
  const small = share(beside, room - least, state);
  const used = small.reduce((sum, one) => sum + one.lines, 0);
  // What the main pane has no rows for goes to the others.
  const spare = Math.max(0, room - used - wanted);
  const boxes = (spare === 0 ? small : share(beside, used + spare, state, 'all')).map((box) => ({
    ...box,
    width: columns,
  }));
  const above = boxes.filter(({name}) => name === 'limits');
  const main = {
    name: pane,
    width: columns,
    lines: room - boxes.reduce((sum, box) => sum + box.lines, 0),
  };
  return {
    columns,
    header,
    alerts,
    above,
    main,
    below: boxes.filter(({name}) => name !== 'limits'),
    side: [],
    middle,
    mainAt: header + alerts + above.reduce((sum, box) => sum + box.lines, 0),
  };
};

/** Rows of the main pane that are seen at once. */
export const pageOf = (state: Facts): number => Math.max(1, layoutOf(state).main.lines - FRAME);

/** Rows that a pane has. */
export const countOf = (name: PaneName, {look, rows}: Pick<Facts, 'look' | 'rows'>): number => {
  if (look === undefined) return 0;
  const {report, journal} = look;
  switch (name) {
    case 'keys':
      return rows.length;
    case 'limits':
      return report.usage.length;
    case 'instances':
      return report.instances.length + (report.leader === null ? 0 : 1);
    case 'events':
      return journal.length;
    case 'alerts':
      return noticesOf(look).length;
    case 'tokens':
    case 'breakers':
    case 'queues':
    case 'pools':
      return report[name].length;
    case 'load':
      return (
        report.adaptive.length +
        (report.degradation === null ? 0 : 1) +
        report.behaviour.reduce((sum, {keys}) => sum + keys.length, 0)
      );
  }
};

/** Lines of a pane: rows may have a remark under them. */
const linesOf = (name: PaneName, state: Facts): number => {
  if (state.look === undefined) return 0;
  const {report} = state.look;
  const remarks = {
    tokens: report.tokens.filter(({refreshing, configured}) => refreshing !== null || !configured).length * 2,
    breakers: report.breakers.reduce(
      (sum, {configured, keys}) => sum + (configured ? 0 : 1) + Math.min(keys?.shown.length ?? 0, 6),
      0,
    ),
    queues: report.queues.filter(({classes}) => classes.length > 1).length,
    pools: report.pools.filter(({configured}) => !configured).length,
    load: loadRemarks(report),
    instances: report.leader === null ? 0 : 1,
  };
  return countOf(name, state) + (name in remarks ? remarks[name as keyof typeof remarks] : 0);
};

/** Beside a line for each: of two tables a gap and the titles of the second; what was set by hand; limits that are scaled. */
const loadRemarks = ({degradation, adaptive}: StatusReport): number =>
  (degradation !== null && adaptive.length > 0 ? 2 : 0) +
  (degradation?.manual == null ? 0 : 2) +
  adaptive
    .filter(({share}) => share < 1)
    .reduce((sum, {limits, pools}) => sum + limits.length + (pools.length > 0 ? 1 : 0), 0);

/** Lines for each pane, in order, as far as they reach. */
const share = (
  panes: typeof BESIDE,
  room: number,
  state: Facts,
  bounds: 'usual' | 'all' = 'usual',
): readonly Pick<PaneBox, 'name' | 'lines'>[] => {
  const wants = panes.map(({name, most}) => {
    const all = linesOf(name, state) + FRAME;
    return {name, lines: Math.min(all, most), all};
  });
  const given: {name: PaneName; lines: number; all: number}[] = [];
  let left = room;
  for (const {name, lines, all} of wants) {
    if (left < LEAST) break;
    const own = Math.min(left, Math.max(LEAST, lines));
    given.push({name, lines: own, all});
    left -= own;
  }
  if (bounds === 'all' && left > 0)
    for (const box of given) {
      const more = Math.min(left, Math.max(0, box.all - box.lines));
      box.lines += more;
      left -= more;
    }
  return given;
};
