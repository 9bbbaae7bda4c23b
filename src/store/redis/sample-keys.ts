import type {Redis} from 'ioredis';
import type {KeySample} from '../examination.ts';
import type {RedisConnection} from './redis-connection.ts';
import type {RowKeys} from './row-key.ts';

const PAGE = 500;
/** Pages per server: of a server with more keys it is a part. */
const PAGES = 10;
const MOST_ROWS = 1_000;
const NAMED = 3;

interface Sampled {
  rows: number;
  endless: number;
  foreign: number;
  longestTtl: number;
  longestName: string;
  readonly endlessNames: string[];
  readonly foreignNames: string[];
}

/** Looks at some of the keys under our prefix: at most ten pages of SCAN per server, and the expiry of at most 1,000 rows of each. */
export const sampleKeys = async (connection: RedisConnection, keys: RowKeys): Promise<KeySample> => {
  const found: Sampled = {
    rows: 0,
    endless: 0,
    foreign: 0,
    longestTtl: 0,
    longestName: '',
    endlessNames: [],
    foreignNames: [],
  };
  let complete = true;
  let total = 0;
  for (const server of connection.primaries()) {
    total += Number(await server.call('dbsize').catch(() => 0));
    if (!(await sampleServer(server, {connection, keys, found}))) complete = false;
  }
  const {rows, longestTtl, longestName} = found;
  return {
    total,
    rows,
    complete,
    endless: {count: found.endless, names: found.endlessNames},
    longestTtl,
    longestName,
    foreign: {count: found.foreign, names: found.foreignNames},
  };
};

interface Sampling {
  readonly connection: RedisConnection;
  readonly keys: RowKeys;
  readonly found: Sampled;
}

/** Whether it met all keys of the server. */
const sampleServer = async (server: Redis, sampling: Sampling): Promise<boolean> => {
  const {keys, found} = sampling;
  const pattern = `${keys.prefix.replace(/[\\*?[\]]/g, '\\$&')}*`;
  const rows: string[] = [];
  let cursor = '0';
  for (let page = 0; page < PAGES; page++) {
    const [next, names] = (await server.scanBuffer(cursor, 'MATCH', pattern, 'COUNT', PAGE)) as [
      Buffer,
      Buffer[],
    ];
    for (const name of names) {
      const address = keys.parse(name);
      if (address === undefined) {
        found.foreign++;
        if (found.foreignNames.length < NAMED) found.foreignNames.push(name.toString());
      } else if (address !== 'own' && rows.length < MOST_ROWS) rows.push(name.toString());
    }
    cursor = next.toString();
    if (cursor === '0' || rows.length >= MOST_ROWS) break;
  }
  await lookAtExpiries(server, rows, sampling);
  return cursor === '0' && rows.length < MOST_ROWS;
};

const lookAtExpiries = async (
  server: Redis,
  rows: readonly string[],
  {connection, found}: Sampling,
): Promise<void> => {
  const expiries = await connection.many(
    rows.map((name) => ['pttl', name]),
    server,
  );
  rows.forEach((name, i) => {
    const ttl = expiries[i];
    // −2: it has ended since.
    if (ttl instanceof Error || Number(ttl) === -2) return;
    found.rows++;
    if (Number(ttl) === -1) {
      found.endless++;
      if (found.endlessNames.length < NAMED) found.endlessNames.push(name);
    } else if (Number(ttl) * 1_000 > found.longestTtl) {
      found.longestTtl = Number(ttl) * 1_000;
      found.longestName = name;
    }
  });
};
