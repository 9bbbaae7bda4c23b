/**
 * ratectl beside other limiters and bare servers, in one run on one machine, written to docs/benchmarks.md.
 *
 *   npm run bench:peers                                some twenty minutes; 2.3 GB in .bench/ for the replays
 *   npm run bench:peers -- --parts redis,sqlite        only some of memory, redis, postgres, sqlite, replay, listing, start
 *   npm run bench:peers -- --rounds 3 --ms 300         quicker, and rougher
 *   npm run bench:peers -- --from .bench/peers.json    writes the page again from what was measured
 *
 * With `--parts` what was measured before is kept for the others. Nothing is asserted.
 */
import {existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {parseArgs} from 'node:util';
import {listingPart, replayPart, startPart} from './peers/commands.ts';
import {load, machineLines} from './peers/machine.ts';
import type {Measured, Part} from './peers/measured.ts';
import {page, type Session} from './peers/page.ts';
import {memoryPart, postgresPart, redisPart, sqlitePart} from './peers/parts.ts';
import {ROOT} from './peers/whole-process.ts';

const PARTS: Readonly<Record<string, Part>> = {
  memory: memoryPart,
  redis: redisPart,
  postgres: postgresPart,
  sqlite: sqlitePart,
  replay: replayPart,
  listing: listingPart,
  start: startPart,
};

const ALL = Object.keys(PARTS).join(',');

const {values: flags} = parseArgs({
  options: {
    parts: {type: 'string', default: ALL},
    rounds: {type: 'string', default: '5'},
    ms: {type: 'string', default: '700'},
    from: {type: 'string'},
    out: {type: 'string', default: 'docs/benchmarks.md'},
  },
});

const RESULTS = join(ROOT, '.bench/peers.json');

const readSession = (path: string): Session => JSON.parse(readFileSync(path, 'utf8')) as Session;

const measureAll = async (): Promise<Session> => {
  const rounds = Number(flags.rounds);
  const ms = Number(flags.ms);
  const began = new Date();
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-peers-'));
  const say = (what: string): void => void process.stderr.write(`${what}\n`);
  const loads: Record<string, number> = {};
  const tables: Measured[] = [];
  try {
    for (const name of flags.parts.split(',')) {
      loads[name] = load();
      tables.push(...(await PARTS[name]!({rounds, ms, folder, say})));
    }
  } finally {
    rmSync(folder, {recursive: true, force: true});
  }
  const words = process.argv.slice(2);
  const run = {
    command: ['npm run bench:peers', ...(words.length > 0 ? ['--', ...words] : [])].join(' '),
    began: began.toISOString(),
    minutes: Math.max(1, Math.round((Date.now() - began.getTime()) / 60_000)),
    rounds,
    ms,
    loads,
  };
  return {runs: [run], machine: machineLines(), tables};
};

/** Parts that were not measured this time stay as they were, in their places. */
const joined = (session: Session): Session => {
  if (!existsSync(RESULTS) || flags.parts === ALL) return session;
  const before = readSession(RESULTS);
  const fresh = new Map(session.tables.map((table) => [table.id, table]));
  const kept = before.tables.map((table) => fresh.get(table.id) ?? table);
  const added = session.tables.filter(({id}) => !before.tables.some((table) => table.id === id));
  return {...session, runs: [...before.runs, ...session.runs], tables: [...kept, ...added]};
};

const session = flags.from === undefined ? joined(await measureAll()) : readSession(flags.from);
mkdirSync(join(ROOT, '.bench'), {recursive: true});
if (flags.from === undefined) writeFileSync(RESULTS, `${JSON.stringify(session)}\n`);
writeFileSync(join(ROOT, flags.out), page(session));
process.stderr.write(`written: ${flags.out}\n`);
