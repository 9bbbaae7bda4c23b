import type {StoreFacts} from '../port.ts';
import type {RedisConnection} from './redis-connection.ts';
import {instantOf, type ServerClock} from './server-clock.ts';

/** What people should know about the server; reads only. A user who may not ask for INFO learns less. */
export const redisFacts = async (connection: RedisConnection, clock: ServerClock): Promise<StoreFacts> => {
  const server = connection.primaries()[0]!;
  const asked = performance.now();
  const [time] = await connection.many([['time']], server);
  const roundTrip = Math.round((performance.now() - asked) * 1_000);
  if (time instanceof Error) throw connection.failure(time);
  const answers = await connection.many(
    ['server', 'memory', 'persistence', 'replication'].map((section) => ['info', section]),
    server,
  );
  const refused = answers.find((answer) => answer instanceof Error);
  if (refused instanceof Error && !refused.message.startsWith('NOPERM')) throw connection.failure(refused);
  const info = fieldsOf(answers.filter((answer) => !(answer instanceof Error)).map(String));
  return {
    server: nameOf(info),
    url: connection.url,
    now: clock.given?.() ?? instantOf(time),
    roundTrip,
    remarks:
      refused === undefined
        ? remarksOf(info)
        : ['the user may not ask for INFO: eviction and persistence are unknown'],
  };
};

type Info = ReadonlyMap<string, string>;

/** Fields of answers to INFO, by name. */
export const fieldsOf = (sections: readonly string[]): Info =>
  new Map(
    sections.flatMap((section) =>
      [...section.matchAll(/^([a-z_][a-z0-9_]*):(.*?)\r?$/gm)].map((field): [string, string] => [
        field[1]!,
        field[2]!,
      ]),
    ),
  );

const nameOf = (info: Info): string => {
  const valkey = info.get('valkey_version');
  if (valkey !== undefined) return `valkey ${valkey}`;
  return `redis ${info.get('redis_version') ?? 'of unknown version'}`;
};

const remarksOf = (info: Info): string[] => {
  const remarks: string[] = [];
  const policy = info.get('maxmemory_policy') ?? 'noeviction';
  if (Number(info.get('maxmemory') ?? 0) > 0 && policy !== 'noeviction')
    remarks.push(`evicts keys when its memory is full (${policy}): their limits begin anew`);
  if (info.get('aof_enabled') === '0')
    remarks.push('without append-only file: a crash forgets what was written since the last snapshot');
  if (info.get('role') === 'slave') remarks.push('a read-only replica: it may lag behind the primary');
  if (info.get('loading') === '1') remarks.push('still loading its data');
  return remarks;
};
