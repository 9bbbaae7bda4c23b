import {ageText} from '../../base/age-text.ts';
import {
  SIGNAL_WORDS,
  type StatusAdaptive,
  type StatusDegradation,
  type StatusPool,
  type StatusPressure,
} from '../../view/model/status-load.ts';
import type {StatusAlert, StatusSections} from '../../view/model/status-sections.ts';

/** What needs somebody of pools, adaptive control and degradation; `now` in ms since the epoch. */
export const loadAlerts = (
  {pools, adaptive, degradation}: Pick<StatusSections, 'pools' | 'adaptive' | 'degradation'>,
  now: number,
): readonly StatusAlert[] => [
  ...(degradation === null ? [] : degraded(degradation, now)),
  ...pools.filter(isFull).map(fullPool),
  ...adaptive.filter(({atFloor, share}) => atFloor && share < 1).map(floored),
];

const degraded = (
  {mode, from, since, rule, manual, classes}: StatusDegradation,
  now: number,
): readonly StatusAlert[] => {
  const alert = {kind: 'degraded', subject: ''} as const;
  if (mode === 'normal' && rule === 'normal') return [];
  const refused = classes.filter(({served}) => !served).map(({name}) => name);
  const what =
    mode === 'closed'
      ? ': every request is refused'
      : refused.length === 0
        ? ''
        : `: ${refused.join(', ')} ${refused.length === 1 ? 'is' : 'are'} refused`;
  const age = since === null ? '' : ` since ${ageText(now - Date.parse(since))}`;
  if (from === 'rule')
    return [
      {
        ...alert,
        text: `degradation mode is ${mode}${age}${what}`,
        next: 'who is refused, and why: ratectl degrade',
      },
    ];
  const who = manual === null || manual.by === '' ? 'by hand' : `by ${manual.by}`;
  const why = manual === null || manual.reason === '' ? '' : ` (${manual.reason})`;
  const held = mode === 'normal' ? `, the rule alone says ${rule}` : what;
  return [
    {
      ...alert,
      text: `degradation mode is ${mode}${age}, set ${who}${why}${held}`,
      next: 'ratectl degrade clear --reason TEXT',
    },
  ];
};

const isFull = ({running, effectiveMax, waiting}: StatusPool): boolean =>
  effectiveMax !== null && running >= effectiveMax && waiting > 0;

const fullPool = ({
  name,
  running,
  max,
  effectiveMax,
  waiting,
  queue,
  oldestWaitMs,
}: StatusPool): StatusAlert => ({
  kind: 'pool-full',
  subject: name,
  text: `pool ${name} is full: ${running} of ${effectiveMax}${effectiveMax === max ? '' : ` (the policy's ${max})`} running, ${waiting} of ${queue} waiting${oldestWaitMs === null ? '' : `, the first for ${ageText(oldestWaitMs)}`}`,
  next: 'which clients hold the slots: ratectl status -o wide',
});

const floored = ({name, share, pressure}: StatusAdaptive): StatusAlert => ({
  kind: 'adaptive-floor',
  subject: name,
  text: `adaptive ${name} is at its floor, ${percent(share)} of what the policy says${pressureWords(pressure)}`,
  next: 'shed load: ratectl degrade set shed-low --reason TEXT',
});

const pressureWords = (pressure: StatusPressure | null): string =>
  pressure === null || pressure.signal === null
    ? ''
    : `: ${SIGNAL_WORDS[pressure.signal] ?? pressure.signal} at ${percent(Math.min(pressure.value, 1_000))} of its target`;

const percent = (share: number): string => `${Math.round(share * 100)}%`;
