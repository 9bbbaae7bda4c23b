import type {Policy} from '../../engine/policy-model.ts';
import {SORT_WINDOW} from '../../simulate/rehearsal/nearly-sorted.ts';
import type {RehearsalRun} from '../../simulate/rehearsal/run-rehearsal.ts';
import type {ReplayRun} from '../../simulate/run-replay.ts';
import {formatCount, formatPlural} from '../../view/format-number.ts';
import {noLimitApplied} from '../../view/simulate/no-limit-applied.ts';
import type {SimulateFlags} from './simulate.ts';
import {notesOnSkips, type ReadTrace} from './simulate-skips.ts';

const SECOND = 1_000_000;

/** What the numbers of a run leave open, for people. */
export const notesOf = (
  run: ReplayRun | RehearsalRun,
  policy: Policy,
  flags: SimulateFlags,
  mapping: ReadTrace['mapping'],
): readonly string[] => {
  const {result, order, trace} = run;
  const rehearsed = 'untimed' in run ? run : undefined;
  const notes = [...trace.notes];
  if (result.requests === 0 && notes.length === 0)
    notes.push(
      trace.sum('notRequests') === 0
        ? 'the trace has no requests: nothing was decided'
        : `the trace has no requests, only ${formatPlural(trace.sum('notRequests'), 'line')} of other kinds: is ${trace.formats.map(({name}) => name).join('+')} its format?`,
    );
  if (
    order.resolution >= SECOND &&
    order.sharedInstants > 0 &&
    flags.bounds !== true &&
    rehearsed === undefined
  ) {
    notes.push(
      `times are whole seconds, and ${formatPlural(order.sharedInstants, 'request')} came in the same second as the one before: their order and distance are unknown, so what limits finer than that decide is one possibility of many; --bounds gives the range`,
    );
  }
  if (rehearsed !== undefined) notes.push(...notesOfRehearsal(rehearsed, policy));
  else if (order.outOfOrder > 0 && flags.sort !== true) {
    notes.push(
      `${formatPlural(order.outOfOrder, 'request')} came earlier than one before: decided in the order of the file, with a clock that does not run back; --sort orders them`,
    );
  }
  // Of a shard it says nothing: the others may have requests that a limit applied to.
  const untested = flags.shard === undefined ? noLimitApplied(result) : undefined;
  if (untested !== undefined) notes.push(untested);
  notes.push(...notesOnSkips(result.limits, policy, {formats: trace.formats, mapping}));
  return notes;
};

const notesOfRehearsal = (
  {result, order, outOfWindow, untimed}: RehearsalRun,
  {adaptive, degradation}: Policy,
): readonly string[] => {
  const notes: string[] = [];
  if (order.resolution >= SECOND && order.sharedInstants > 0)
    notes.push(
      `times are whole seconds, and ${formatPlural(order.sharedInstants, 'request')} came in the same second as the one before: all of a second come at its start, and queues are longer than they were`,
    );
  if (outOfWindow > 0)
    notes.push(
      `${formatPlural(outOfWindow, 'request')} lay more than ${formatCount(SORT_WINDOW)} requests behind their place: taken at the time it was then; --sort orders them`,
    );
  if (untimed > 0)
    notes.push(
      `the trace does not say how long ${untimed === result.requests ? 'requests took' : `${formatPlural(untimed, 'request')} took`}: they take no time; --service-time says how long, --map duration=FIELD where it is read`,
    );
  const {capacity} = result.rehearsal.server;
  const targets = [
    ...adaptive.map(({targets}) => targets),
    ...(degradation === undefined ? [] : [degradation.targets]),
  ];
  if (targets.some(({memory, eventLoop}) => memory !== undefined || eventLoop !== undefined))
    notes.push('a rehearsal measures CPU and response time; signals of memory and event loop are left out');
  if (capacity === null && targets.some(({cpu}) => cpu !== undefined))
    notes.push('without --capacity the server is never busy: CPU is not measured');
  return notes;
};
