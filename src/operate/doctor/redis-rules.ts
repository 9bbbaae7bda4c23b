import type {RedisFacts, RedisNode} from '../../store/examination.ts';
import {bytesText, listText, percentOf, plural, spanOf} from './amounts.ts';
import {redisCli} from './redis-cli.ts';
import {absent, bytes, count, found, judge, type Outcome, ok, type Rule, share, span, text} from './rule.ts';
import {connectionsOutcome, everyNode} from './server-outcomes.ts';

export interface RedisRuleFacts extends RedisFacts {
  /** Whether applications decided something within the last hour; undefined: not known. */
  readonly inUse: boolean | undefined;
  /** This machine's clock, µs. */
  readonly now: number;
}

type Info = ReadonlyMap<string, string>;

const FULL = 0.8;
const NEARLY_FULL = 0.95;
const MANY_SCRIPTS = 1_000;
const DAY = 86_400_000_000;
const ABSURD_TTL = 366 * DAY;
const SLOW = 10_000;
const HOUR = 3_600_000_000;
const USUAL_SCRIPT_LIMIT_MS = 5_000;

export const numberIn = (info: Info, name: string): number => Number(info.get(name) ?? 0);

const byInfo = (
  {nodes}: Pick<RedisFacts, 'nodes'>,
  look: (info: Info, node: RedisNode) => Outcome,
): Outcome => everyNode(nodes, (node) => judge(node.info, (info) => look(info, node)));

export const REDIS_RULES: readonly Rule<RedisRuleFacts>[] = [
  {
    id: 'redis/eviction',
    title: 'no keys of limits are evicted',
    why: 'an evicted key is a fresh bucket: whoever was refused passes again, silently and first of all under load',
    look: (facts) => byInfo(facts, evictionOf),
  },
  {
    id: 'redis/memory',
    title: 'there is memory left',
    why: 'beyond maxmemory the server evicts keys or refuses every write: applications then decide by onStoreError',
    look: (facts) => byInfo(facts, memoryOf),
  },
  {
    id: 'redis/connections',
    title: 'there are connections left',
    why: 'whoever comes beyond maxclients is refused: applications then decide by onStoreError',
    look: (facts) =>
      byInfo(facts, (info, node) =>
        connectionsOutcome(
          numberIn(info, 'connected_clients'),
          numberIn(info, 'maxclients'),
          node.address,
          redisCli(node, 'CLIENT LIST # shows who they are; CONFIG SET maxclients N raises it'),
        ),
      ),
  },
  {
    id: 'redis/scripts',
    title: 'scripts are kept',
    why: 'a check is one call of a script that the server knows: one that it has forgotten is sent again, whole',
    look: (facts) => byInfo(facts, (info, {address}) => scriptsOf(info, address, facts.inUse)),
  },
  {
    id: 'redis/script-limit',
    title: 'a script that hangs is noticed',
    why: 'until this limit the server answers nobody; beyond it others are told BUSY and fall back at once',
    look: ({nodes}) =>
      everyNode(nodes, (node) =>
        judge(node.settings, (set) => {
          const limit = Number(set.get('busy-reply-threshold') ?? set.get('lua-time-limit') ?? 5_000);
          const evidence = [span('lua-time-limit', limit * 1_000)];
          if (limit > 0 && limit <= USUAL_SCRIPT_LIMIT_MS) return ok(...evidence);
          return found('note', `lua-time-limit is ${limit === 0 ? '0: never' : spanOf(limit * 1_000)}`, {
            where: node.address,
            evidence,
            next: redisCli(node, 'CONFIG SET lua-time-limit 5000'),
          });
        }),
      ),
  },
  {
    id: 'redis/slow-calls',
    title: 'our calls are quick',
    why: 'Redis does one thing at a time: while one call takes long all others wait',
    look: ({nodes, now}) =>
      everyNode(nodes, (node) =>
        judge(node.slow, (calls) => {
          const late = calls.filter(({ours, took, at}) => ours && took >= SLOW && now - at < HOUR);
          const slowest = Math.max(0, ...late.map(({took}) => took));
          return late.length === 0
            ? ok(count('slowlog entries', calls.length))
            : found(
                'warning',
                `${plural(late.length, 'call')} about our keys took ${spanOf(SLOW)} and more within the last hour, the slowest ${spanOf(slowest)}`,
                {
                  where: node.address,
                  evidence: [count('slow calls', late.length), span('slowest', slowest)],
                  next: redisCli(
                    node,
                    'SLOWLOG GET 10 # sliding logs and queues with very many entries are the usual cause',
                  ),
                },
              );
        }),
      ),
  },
  {
    id: 'redis/key-expiry',
    title: 'every row has an end',
    why: 'a row without an end is never forgotten: somebody else wrote it, or took its end away, and memory only grows',
    look: ({keys, prefix}) =>
      judge(keys, ({rows, complete, endless, longestTtl, longestName, total}) => {
        const evidence = [
          count('rows looked at', rows),
          text('looked at', complete ? 'all' : `a part of ${plural(total, 'key')}`),
        ];
        if (endless.count > 0)
          return found(
            'warning',
            `${endless.count} of ${rows.toLocaleString('en-US')} rows looked at will never end, such as ${endless.names[0]}`,
            {
              where: `${prefix}*`,
              evidence: [
                ...evidence,
                count('without end', endless.count),
                text('names', listText(endless.names)),
              ],
              next: 'find out who removes the expiry (PERSIST, a restored backup); ratectl reset LIMIT/KEY makes the key anew',
            },
          );
        return longestTtl > ABSURD_TTL
          ? found('note', `a row will end in ${spanOf(longestTtl)}: ${longestName}`, {
              where: longestName,
              evidence: [...evidence, span('longest', longestTtl)],
              next: 'look at the rate of its limit: a bucket that takes years to fill up again is kept for years',
            })
          : ok(...evidence, span('longest', longestTtl));
      }),
  },
  {
    id: 'redis/foreign-keys',
    title: 'what is under our prefix is ours',
    why: 'another program writes under the same prefix: it may overwrite rows, and who removes its keys removes ours',
    look: ({keys, prefix}) =>
      judge(keys, ({foreign, rows}) =>
        foreign.count === 0
          ? ok(count('rows looked at', rows))
          : found(
              'note',
              `${plural(foreign.count, 'key')} under ${prefix} ${foreign.count === 1 ? 'is' : 'are'} not ours: ${listText(foreign.names)}`,
              {
                where: `${prefix}*`,
                evidence: [count('keys', foreign.count), text('names', listText(foreign.names))],
                next: 'give ratectl a prefix of its own: ?prefix=NAME: in the URL of the store, everywhere at once',
              },
            ),
      ),
  },
];

const evictionOf = (info: Info, node: RedisNode): Outcome => {
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  const most = numberIn(info, 'maxmemory');
  const evicted = numberIn(info, 'evicted_keys');
  const evidence = [
    text('maxmemory-policy', policy),
    bytes('maxmemory', most),
    count('evicted keys', evicted),
  ];
  if (policy === 'noeviction') return ok(...evidence);
  const details = {
    where: node.address,
    evidence,
    next: redisCli(node, 'CONFIG SET maxmemory-policy noeviction # and the same in redis.conf'),
  };
  if (most === 0)
    return found('note', `keys would be evicted (${policy}) as soon as maxmemory is set`, details);
  const any = policy.startsWith('allkeys');
  const says = `keys of limits are evicted when memory is full: ${policy}${any ? '' : ', and all of ours have a TTL'}`;
  return found(
    any || evicted > 0 ? 'error' : 'warning',
    `${says}; ${plural(evicted, 'key')} so far`,
    details,
  );
};

const memoryOf = (info: Info, node: RedisNode): Outcome => {
  const used = numberIn(info, 'used_memory');
  const most = numberIn(info, 'maxmemory') || numberIn(info, 'total_system_memory');
  const evidence = [bytes('used', used), bytes('of', most), share('share', most > 0 ? used / most : 0)];
  const full = most > 0 ? used / most : 0;
  if (full < FULL) return ok(...evidence);
  const of = numberIn(info, 'maxmemory') > 0 ? 'maxmemory' : "the machine's memory";
  return found(
    full < NEARLY_FULL ? 'warning' : 'error',
    `${bytesText(used)} of ${bytesText(most)} of ${of} are used (${percentOf(full)})`,
    {
      where: node.address,
      evidence,
      next: redisCli(node, '--bigkeys # shows what takes it; CONFIG SET maxmemory raises the bound'),
    },
  );
};

const scriptsOf = (info: Info, address: string, inUse: boolean | undefined): Outcome => {
  const known = info.get('number_of_cached_scripts');
  if (known === undefined) return absent;
  const scripts = Number(known);
  const evidence = [count('scripts', scripts), bytes('memory', numberIn(info, 'used_memory_scripts'))];
  if (scripts > MANY_SCRIPTS)
    return found(
      'warning',
      `the server keeps ${plural(scripts, 'script')}: some program makes a new one per call`,
      {
        where: address,
        evidence,
        next: 'find the program that puts values into the text of its scripts in place of ARGV; ours are a few dozen',
      },
    );
  return scripts === 0 && inUse === true
    ? found('note', 'the server keeps no script, although limits were asked within the last hour', {
        where: address,
        evidence,
        next: 'find out who sends SCRIPT FLUSH, or whether the server was restarted',
      })
    : ok(...evidence);
};
