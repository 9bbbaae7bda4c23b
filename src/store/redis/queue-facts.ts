import type {QueueFacts} from '../port.ts';
import {className, numberOf} from './queue-card.ts';
import type {QueueKeys} from './queue-keys.ts';
import type {RedisCommand} from './redis-connection.ts';
import {HGETALL, pairsOf} from './redis-documents.ts';

/** What has to be asked for the facts of a queue; each answer takes the same time however many items there are. */
export const factsCommands = (keys: QueueKeys, now: number): readonly RedisCommand[] => [
  [HGETALL, keys.counters],
  ['zcard', keys.due],
  ['zcount', keys.later, '-inf', now],
  ['zcard', keys.leases],
  ['zcard', keys.dead],
  ['zrange', keys.arrivals, 0, 0, 'WITHSCORES'],
  ['zrange', keys.later, 0, 0, 'WITHSCORES'],
  ['zrange', keys.leases, 0, 0, 'WITHSCORES'],
];

/** The answers to `factsCommands`. */
export const queueFacts = (queue: string, answers: readonly unknown[], now: number): QueueFacts => {
  const [counters, due, ripe, claimed, dead, oldest, next, lease] = answers;
  const moved = Number(due);
  return {
    queue,
    waiting: new Map(pairsOf(counters).flatMap(waitingOf)),
    due: moved + Number(ripe),
    claimed: Number(claimed),
    dead: Number(dead),
    oldestAt: firstScore(oldest) ?? 0,
    nextAt: Math.min(
      moved > 0 ? now : Number.POSITIVE_INFINITY,
      firstScore(next) ?? Number.POSITIVE_INFINITY,
      firstScore(lease) ?? Number.POSITIVE_INFINITY,
    ),
  };
};

const CLASS = 'w:';

const waitingOf = ([field, count]: [string, string]): [string, number][] =>
  field.startsWith(CLASS) ? [[className(field.slice(CLASS.length)), Number(count)]] : [];

const firstScore = (answer: unknown): number | undefined => {
  const [first] = pairsOf(answer);
  return first === undefined ? undefined : numberOf(first[1]);
};
