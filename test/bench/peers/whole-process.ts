/** Programs as a whole, from their start to their end. */
import {spawnSync} from 'node:child_process';
import {closeSync, openSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import type {Measured, Plan, Row} from './measured.ts';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const RATECTL = join(ROOT, 'bin/ratectl.js');

export interface Command {
  readonly name: string;
  readonly argv: readonly string[];
  /** A program of Node, of which the memory is measured in the same run. */
  readonly peak?: boolean;
  /** Takes so long that it has one round. */
  readonly once?: boolean;
}

interface Ran {
  readonly seconds: number;
  readonly peakMiB: number | undefined;
}

const run = ({name, argv, peak = false}: Command, folder: string): Ran => {
  const [program, ...args] = argv;
  const file = join(folder, 'peak');
  const hook = ['--import', new URL('./peak.ts', import.meta.url).href];
  // A file: grep that writes to /dev/null stops at the first line that it finds.
  const out = openSync(join(folder, 'out'), 'w');
  const began = performance.now();
  const {status, stderr} = spawnSync(program!, peak ? [...hook, ...args] : args, {
    cwd: ROOT,
    stdio: ['ignore', out, 'pipe'],
    env: {...process.env, LC_ALL: 'C', ...(peak ? {PEAK_FILE: file} : {})},
  });
  const seconds = (performance.now() - began) / 1_000;
  closeSync(out);
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr.toString().slice(0, 500)}`);
  return {seconds, peakMiB: peak ? Number(readFileSync(file, 'utf8')) / 1_024 : undefined};
};

/** All in turns; the first round, in which files come into memory, is not counted. */
export const timed = (
  {rounds, folder, say}: Plan,
  {id, title, unit}: Pick<Measured, 'id' | 'title'> & {readonly unit: 's' | 'ms'},
  commands: readonly Command[],
): Measured[] => {
  say(title);
  const values = new Map(commands.map(({name}) => [name, [] as number[]]));
  const peaks = new Map<string, number[]>();
  for (let round = -1; round < rounds; round++)
    for (const command of commands) {
      if (command.once === true && round !== 0) continue;
      const {seconds, peakMiB} = run(command, folder);
      if (round < 0) continue;
      values.get(command.name)!.push(unit === 'ms' ? seconds * 1_000 : seconds);
      if (peakMiB !== undefined) peaks.set(command.name, [...(peaks.get(command.name) ?? []), peakMiB]);
    }
  const rows = (of: ReadonlyMap<string, readonly number[]>): Row[] =>
    [...of].map(([name, all]) => ({name, values: all}));
  const times: Measured = {id, title, unit, rows: rows(values)};
  if (peaks.size === 0) return [times];
  return [times, {id: `${id} memory`, title: `${title}: most memory`, unit: 'MiB', rows: rows(peaks)}];
};
