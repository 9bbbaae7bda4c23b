/** Limiters that keep their state in a file. */
import {DatabaseSync} from 'node:sqlite';
import {createLimiter} from '../../../src/guard/create-limiter.ts';
import {type Contender, keyNames, type Settings} from './contender.ts';
import {ONE_BUCKET} from './policies.ts';

const namesOf = ({keys}: Settings): readonly string[] => keyNames(Number(keys));

export const contenders: Record<string, Contender> = {
  ratectl: async (settings) => {
    const names = namesOf(settings);
    const limiter = await createLimiter({
      policy: ONE_BUCKET,
      store: `sqlite:${settings['folder']}/ratectl.db`,
    });
    return {take: (i) => limiter.check({key: names[i]!}), close: () => limiter.close()};
  },
  // No decision, no limits, no clock: one row written in a transaction of its own.
  'bare upsert': (settings) => {
    const names = namesOf(settings);
    const db = new DatabaseSync(`${settings['folder']}/bare.db`);
    db.exec(`PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      CREATE TABLE bare (key TEXT PRIMARY KEY, tat REAL NOT NULL) WITHOUT ROWID`);
    const upsert = db.prepare(
      'INSERT INTO bare (key, tat) VALUES (?, ?) ON CONFLICT DO UPDATE SET tat = excluded.tat',
    );
    let tat = 1_700_000_000_000_000;
    return {take: (i) => upsert.run(names[i]!, ++tat), close: async () => db.close()};
  },
  // What any limiter has to do that shares a file with other processes.
  'bare read and upsert': (settings) => {
    const names = namesOf(settings);
    const db = new DatabaseSync(`${settings['folder']}/bare-transaction.db`);
    db.exec(`PRAGMA page_size = 1024; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
      CREATE TABLE bare (key TEXT PRIMARY KEY, tat REAL NOT NULL) WITHOUT ROWID`);
    const [begin, read, upsert, commit] = [
      'BEGIN IMMEDIATE',
      'SELECT tat FROM bare WHERE key = ?',
      'INSERT INTO bare (key, tat) VALUES (?, ?) ON CONFLICT DO UPDATE SET tat = excluded.tat',
      'COMMIT',
    ].map((sql) => db.prepare(sql));
    return {
      take: (i) => {
        begin!.run();
        const row = read!.get(names[i]!) as {tat: number} | undefined;
        upsert!.run(names[i]!, (row?.tat ?? 0) + 1);
        commit!.run();
      },
      close: async () => db.close(),
    };
  },
};
