import {formatDuration} from '../../base/duration.ts';
import {formatCount, formatShare, shareOf} from '../format-number.ts';
import type {
  Latency,
  RefusedCounts,
  RehearsalReport,
  RehearsedServer,
  RehearsedSide,
} from '../model/rehearsal-report.ts';

/** The side that the policy is compared with, and what both are called. */
export const sidesOf = ({
  unprotected,
  against,
  ...report
}: RehearsalReport): {
  readonly side: RehearsedSide;
  readonly other: RehearsedSide;
  readonly names: readonly [string, string];
} =>
  against === undefined
    ? {side: report.protected, other: unprotected!, names: ['protected', 'unprotected']}
    : {side: report.protected, other: against, names: ['policy', 'against']};

/** Three digits are what a reader takes in: `285ms`, `1.23s`, `2m1s`. */
export const latencyText = (ms: number): string => {
  // In milliseconds however short: the sign of microseconds is none of ASCII's.
  if (ms < 1) return ms < 0.001 ? '0ms' : `${Number(ms.toPrecision(2))}ms`;
  return formatDuration(ms >= 60_000 ? Math.round(ms / 1_000) * 1e6 : Number((ms * 1_000).toPrecision(3)));
};

export const goodputText = (perSecond: number): string =>
  `${formatCount(perSecond >= 100 ? Math.round(perSecond) : Number(perSecond.toPrecision(3)))}/s`;

/** The server, for people. */
export const serverFacts = ({
  capacity,
  serviceTime,
  deadlineMs,
  seed,
}: RehearsedServer): readonly string[] => [
  capacity === null ? 'any number of requests at once' : `${formatCount(capacity)} at once`,
  serviceTime === 'trace' ? 'service times of the trace' : `service time ${serviceTime}`,
  deadlineMs === null
    ? 'clients wait for ever'
    : `clients give up after ${formatDuration(deadlineMs * 1_000)}`,
  ...(/\(/.test(serviceTime) ? [`seed ${seed}`] : []),
];

const REFUSAL_WORDS: Readonly<Record<keyof RefusedCounts, string>> = {
  degradation: 'by degradation',
  breaker: 'by a breaker',
  limit: 'by a limit',
  queueFull: 'queue full',
  queueTimeout: 'waited too long',
};

export const refusedOf = ({refused}: {readonly refused: RefusedCounts}): number =>
  Object.values(refused).reduce((sum: number, count) => sum + count, 0);

export interface SideRow {
  readonly label: string;
  readonly of: (side: RehearsedSide) => string;
  readonly role?: 'good' | 'bad';
  /** Part of what stands above it. */
  readonly detail?: boolean;
}

const count = (label: string, of: (side: RehearsedSide) => number): SideRow => ({
  label,
  of: (side) => formatCount(of(side)),
});

const latency = (name: keyof Latency): SideRow => ({
  label: `latency ${name}`,
  of: ({latencyMs}) => (latencyMs === null ? '' : latencyText(latencyMs[name])),
});

/** What both sides are compared by; what is zero on both is left out where it is nothing but an exception. */
export const sideRows = (sides: readonly RehearsedSide[]): readonly SideRow[] => {
  const some = (of: (side: RehearsedSide) => number): boolean => sides.some((side) => of(side) > 0);
  const kinds = (Object.keys(REFUSAL_WORDS) as (keyof RefusedCounts)[]).filter((kind) =>
    some(({refused}) => refused[kind]),
  );
  return [
    {label: 'goodput', of: ({goodput}) => goodputText(goodput), role: 'good'},
    count('good', ({good}) => good),
    {label: 'of arrivals', of: ({goodShare}) => formatShare(goodShare), detail: true},
    count('late', ({late}) => late),
    ...(some(({failed}) => failed) ? [count('failed', ({failed}) => failed)] : []),
    count('refused', refusedOf),
    ...kinds.map((kind) => ({...count(REFUSAL_WORDS[kind], ({refused}) => refused[kind]), detail: true})),
    ...(['p50', 'p90', 'p99', 'max'] as const).map(latency),
    ...(some(({longestQueue}) => longestQueue)
      ? [count('longest queue', ({longestQueue}) => longestQueue)]
      : []),
    count('longest backlog', ({longestBacklog}) => longestBacklog),
    ...(sides.some(({busy}) => busy !== null)
      ? [{label: 'server busy', of: ({busy}: RehearsedSide) => (busy === null ? '' : formatShare(busy))}]
      : []),
  ];
};

/** The answer in one line. */
export const rehearsalStatement = (report: RehearsalReport): string => {
  const {side, other, names} = sidesOf(report);
  const share = shareOf(side.good, side.arrivals);
  const good = share === undefined ? '' : ` (${formatShare(share)} good)`;
  return `goodput ${goodputText(side.goodput)}${good}, ${names[1]} ${goodputText(other.goodput)}`;
};
