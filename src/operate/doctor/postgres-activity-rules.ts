import type {ActivityFacts, ReplicaFacts} from '../../store/examination.ts';
import {bytesText, plural, spanOf} from './amounts.ts';
import type {PostgresRuleFacts} from './postgres-rules.ts';
import {all, bytes, count, found, judge, type Outcome, ok, type Rule, span, text, unseen} from './rule.ts';

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const LONG = 5 * MINUTE;
const IDLE = MINUTE;
const VERY_LONG = 60 * MINUTE;
const LATE = 10 * SECOND;
const FAR_BEHIND = 16 * 1_048_576;
const RETAINED = 1_073_741_824;

/** What others do on the server that we feel. */
export const POSTGRES_ACTIVITY_RULES: readonly Rule<PostgresRuleFacts>[] = [
  {
    id: 'postgres/transactions',
    title: 'no transaction holds back vacuum',
    why: 'while a transaction is open no row that was dead since can be removed: every check makes one, tables grow until it ends',
    look: ({activity, url}) => judge(activity, (facts) => transactionsOf(facts, url)),
  },
  {
    id: 'postgres/primary',
    title: 'the server is a primary',
    why: 'a replica refuses writes: applications that use it decide by onStoreError',
    look: ({isReplica, url}) =>
      judge(isReplica, (replica) =>
        replica
          ? found('warning', 'this is a read-only replica, and may lag behind the primary', {
              where: url,
              next: 'use the URL of the primary, or name all hosts: postgres://h1,h2/DATABASE takes the one that can be written to',
            })
          : ok(),
      ),
  },
  {
    id: 'postgres/replication',
    title: 'replicas keep up',
    why: 'what a replica has not received is admitted once more when it takes over; what it needs fills the disk of the primary',
    look: ({replicas, idleSlots, url}) =>
      judge(replicas, (list) =>
        all(
          [
            ...list.map((replica) => replicaOf(replica, url)),
            ...(idleSlots.seen ? idleSlots.value : []).map(({name, retainedBytes}) =>
              retainedBytes < RETAINED
                ? ok()
                : found(
                    'warning',
                    `nobody reads from the replication slot ${name}: it keeps ${bytesText(retainedBytes)} of WAL`,
                    {
                      where: url,
                      evidence: [text('slot', name), bytes('retained', retainedBytes)],
                      next: `SELECT pg_drop_replication_slot('${name.replaceAll("'", "''")}'); -- when its replica is gone for good`,
                    },
                  ),
            ),
          ],
          count('replicas', list.length),
        ),
      ),
  },
];

const transactionsOf = (facts: ActivityFacts, where: string): Outcome => {
  const {oldestAge, oldestState, oldestName, prepared, hidden} = facts;
  const evidence = [span('oldest', oldestAge), count('prepared', prepared), count('not shown', hidden)];
  const isIdle = oldestState.startsWith('idle in transaction');
  if (oldestAge >= (isIdle ? IDLE : LONG))
    return found(
      oldestAge >= VERY_LONG ? 'error' : 'warning',
      `a transaction of ${oldestName} is open for ${spanOf(oldestAge)} (${oldestState})`,
      {
        where,
        evidence: [...evidence, text('session', oldestName), text('state', oldestState)],
        next: 'SELECT pid, state, query FROM pg_stat_activity ORDER BY xact_start; -- SELECT pg_terminate_backend(PID) ends one',
      },
    );
  if (prepared > 0)
    return found('warning', `${plural(prepared, 'prepared transaction')} nobody ended`, {
      where,
      evidence,
      next: 'SELECT gid, prepared FROM pg_prepared_xacts; -- COMMIT PREPARED or ROLLBACK PREPARED ends one',
    });
  return hidden > 0
    ? unseen(
        `the role may not see the transactions of ${plural(hidden, 'session')}: GRANT pg_read_all_stats TO it`,
      )
    : ok(...evidence);
};

const replicaOf = ({name, state, lag, lagBytes}: ReplicaFacts, where: string): Outcome => {
  const late = (lag ?? 0) >= LATE || (lagBytes ?? 0) >= FAR_BEHIND;
  if (!late) return ok();
  return found(
    'warning',
    `the replica ${name} (${state}) is ${lag === undefined ? '' : `${spanOf(lag)} and `}${bytesText(lagBytes ?? 0)} behind`,
    {
      where,
      evidence: [
        text('state', state),
        ...(lag === undefined ? [] : [span('lag', lag)]),
        bytes('behind', lagBytes ?? 0),
      ],
      next: 'SELECT * FROM pg_stat_replication; -- and see the log of the replica',
    },
  );
};
