import type {RedisNode} from '../../store/examination.ts';
import {bytesText, plural, spanOf} from './amounts.ts';
import {redisCli} from './redis-cli.ts';
import {numberIn, type RedisRuleFacts} from './redis-rules.ts';
import {absent, all, bytes, count, found, judge, type Outcome, ok, type Rule, span, text} from './rule.ts';
import {everyNode} from './server-outcomes.ts';

type Info = ReadonlyMap<string, string>;

const SECOND = 1_000_000;
const LATE_REPLICA = 3 * SECOND;
const FAR_BEHIND = 1_048_576;
const SLOTS = 16_384;

/** What a crash loses, and whether others can take over. */
export const REDIS_DURABILITY_RULES: readonly Rule<RedisRuleFacts>[] = [
  {
    id: 'redis/persistence',
    title: 'what a crash loses',
    why: 'what is lost is admitted once more, and tokens, overrides and queues are lost with it (docs/guarantees.md)',
    look: ({nodes}) => everyNode(nodes, (node) => judge(node.info, (info) => persistenceOf(info, node))),
  },
  {
    id: 'redis/last-save',
    title: 'the last save went well',
    why: 'with stop-writes-on-bgsave-error the server refuses every write; without it, a restart loses ever more',
    look: ({nodes}) =>
      everyNode(nodes, ({info, address}) => judge(info, (fields) => savesOf(fields, address))),
  },
  {
    id: 'redis/primary',
    title: 'the server is a primary',
    why: 'a replica refuses writes: applications that use it decide by onStoreError',
    look: ({nodes}) =>
      everyNode(nodes, ({info, address}) =>
        judge(info, (fields) =>
          fields.get('role') === 'slave'
            ? found(
                'warning',
                `this is a replica of ${fields.get('master_host')}:${fields.get('master_port')}, ${linkText(fields)}`,
                {
                  where: address,
                  evidence: [text('link', fields.get('master_link_status') ?? 'unknown')],
                  next: 'use the URL of the primary, or redis+sentinel://HOST,HOST/SERVICE',
                },
              )
            : ok(text('role', fields.get('role') ?? 'unknown')),
        ),
      ),
  },
  {
    id: 'redis/replicas',
    title: 'replicas keep up',
    why: 'what a replica has not received is admitted once more when it takes over',
    look: ({nodes}) => everyNode(nodes, (node) => judge(node.info, (fields) => replicasOf(fields, node))),
  },
  {
    id: 'redis/min-replicas',
    title: 'writes wait for replicas, as many as there are',
    why: 'cut off from its replicas a primary goes on to take writes that are lost when another takes over; with more demanded than there are it takes none',
    look: ({nodes}) => everyNode(nodes, (node) => judge(node.info, (info) => minReplicasOf(info, node))),
  },
  {
    id: 'redis/cluster',
    title: 'the Cluster serves all slots',
    why: 'keys of a slot that nobody serves cannot be decided: applications decide them by onStoreError',
    look: ({cluster, nodes}) =>
      cluster === undefined
        ? absent
        : judge(cluster, ({state, slotsAssigned, slotsFailing, primaries, alone}) => {
            const evidence = [
              text('state', state),
              count('slots served', slotsAssigned),
              count('slots failing', slotsFailing),
              count('primaries', primaries),
              count('without replica', alone),
            ];
            const where = nodes[0]?.address ?? '';
            const next = `redis-cli${nodes[0]?.encrypted === true ? ' --tls' : ''} --cluster check ${where}`;
            if (state !== 'ok' || slotsAssigned < SLOTS || slotsFailing > 0)
              return found(
                'error',
                `the Cluster is in state ${state}: ${SLOTS - slotsAssigned} of ${SLOTS} slots are served by nobody, ${slotsFailing} by nodes that fail`,
                {where, evidence, next},
              );
            return alone > 0
              ? found(
                  'note',
                  `${alone} of ${plural(primaries, 'primary', 'primaries')} ${alone === 1 ? 'has' : 'have'} no replica`,
                  {
                    where,
                    evidence,
                    next,
                  },
                )
              : ok(...evidence);
          }),
  },
];

const linkText = (fields: Info): string => {
  if (fields.get('master_link_status') === 'up') return 'and may lag behind it';
  return fields.get('master_sync_in_progress') === '1' ? 'and is being filled by it' : 'and has lost it';
};

const persistenceOf = (info: Info, node: RedisNode): Outcome => {
  const {settings, address} = node;
  const changes = numberIn(info, 'rdb_changes_since_last_save');
  if (info.get('aof_enabled') === '1') {
    const fsync = settings.seen ? (settings.value.get('appendfsync') ?? 'everysec') : 'not told';
    const evidence = [text('appendonly', 'yes'), text('appendfsync', fsync)];
    return fsync === 'no'
      ? found(
          'note',
          'the append-only file is written when the system likes: a crash loses up to about 30s',
          {
            where: address,
            evidence,
            next: redisCli(node, 'CONFIG SET appendfsync everysec # and the same in redis.conf'),
          },
        )
      : ok(...evidence);
  }
  const appendOnly = text('appendonly', 'no');
  const next = redisCli(node, 'CONFIG SET appendonly yes # and the same in redis.conf');
  const save = settings.seen ? settings.value.get('save') : undefined;
  if (save === '')
    return found('warning', 'nothing is kept on disk: a restart of the server forgets everything', {
      where: address,
      evidence: [appendOnly, text('save', 'off')],
      next,
    });
  const evidence = [appendOnly, count('changes since the last snapshot', changes)];
  return found(
    'note',
    `without append-only file a crash forgets what was written since the last snapshot: ${plural(changes, 'change')} now`,
    {where: address, evidence: save === undefined ? evidence : [...evidence, text('save', save)], next},
  );
};

const savesOf = (info: Info, address: string): Outcome => {
  const states = ['rdb_last_bgsave_status', 'aof_last_bgrewrite_status', 'aof_last_write_status'];
  const failed = states.filter((name) => (info.get(name) ?? 'ok') !== 'ok');
  return all(
    failed.map((name) =>
      found('error', `the last attempt to write to disk failed: ${name} is ${info.get(name)}`, {
        where: address,
        evidence: [text(name, info.get(name) ?? '')],
        next: 'see the log of the server: the disk may be full, or memory for the fork missing',
      }),
    ),
  );
};

interface Replica {
  readonly name: string;
  readonly state: string;
  /** µs since it was heard of. */
  readonly lag: number;
  readonly behind: number;
}

/** `slave0:ip=10.0.0.2,port=6379,state=online,offset=42,lag=1`. */
const replicasIn = (info: Info): readonly Replica[] => {
  const reached = numberIn(info, 'master_repl_offset');
  return [...info].flatMap(([name, value]) => {
    if (!/^slave\d+$/.test(name)) return [];
    const fields = new Map(value.split(',').map((pair) => pair.split('=') as [string, string]));
    return [
      {
        name: `${fields.get('ip')}:${fields.get('port')}`,
        state: fields.get('state') ?? 'unknown',
        lag: Number(fields.get('lag') ?? 0) * SECOND,
        behind: Math.max(0, reached - Number(fields.get('offset') ?? 0)),
      },
    ];
  });
};

const replicasOf = (info: Info, {address, encrypted}: RedisNode): Outcome => {
  const replicas = replicasIn(info);
  return all(
    replicas.map(({name, state, lag, behind}) =>
      state === 'online' && lag < LATE_REPLICA && behind < FAR_BEHIND
        ? ok()
        : found(
            'warning',
            `the replica ${name} is ${state}, was heard of ${spanOf(lag)} ago and is ${bytesText(behind)} behind`,
            {
              where: address,
              evidence: [text('state', state), span('lag', lag), bytes('behind', behind)],
              next: redisCli({address: name, encrypted}, 'INFO replication'),
            },
          ),
    ),
    count('replicas', replicas.length),
  );
};

const minReplicasOf = (info: Info, node: RedisNode): Outcome => {
  const {settings, address} = node;
  const replicas = replicasIn(info).length;
  if (info.get('role') === 'slave') return absent;
  return judge(settings, (set) => {
    const demanded = Number(set.get('min-replicas-to-write') ?? set.get('min-slaves-to-write') ?? 0);
    const good = demanded > 0 ? numberIn(info, 'min_slaves_good_slaves') : replicas;
    const evidence = [
      count('min-replicas-to-write', demanded),
      count('replicas', replicas),
      count('in time', good),
    ];
    if (good < demanded)
      return found('error', `writes are refused: ${plural(demanded, 'replica')} demanded, ${good} in time`, {
        where: address,
        evidence,
        next: `bring the replicas back, or: ${redisCli(node, 'CONFIG SET min-replicas-to-write 0')}`,
      });
    return replicas > 0 && demanded === 0
      ? found(
          'note',
          `there ${replicas === 1 ? 'is 1 replica' : `are ${replicas} replicas`}, and writes wait for none`,
          {
            where: address,
            evidence,
            next: redisCli(
              node,
              'CONFIG SET min-replicas-to-write 1 # where losing writes is worse than refusing them',
            ),
          },
        )
      : ok(...evidence);
  });
};
