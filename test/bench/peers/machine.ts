/** What it was measured on, in words. */
import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {availableParallelism, cpus, loadavg, platform, totalmem} from 'node:os';
import {findBinary} from '../../support/servers/find-binary.ts';

const versionOf = (program: string): string | undefined => {
  const path = findBinary(program);
  if (path === undefined) return undefined;
  return /\d+(\.\d+)+/.exec(execFileSync(path, ['--version'], {encoding: 'utf8'}))?.[0];
};

const packageVersion = (name: string): string =>
  (
    JSON.parse(
      readFileSync(new URL(`../../../node_modules/${name}/package.json`, import.meta.url), 'utf8'),
    ) as {version: string}
  ).version;

/** One fact a line. */
export const machineLines = (): readonly string[] => [
  `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${Math.round(totalmem() / 2 ** 30)} GiB, ${platform()}`,
  `Node ${process.versions.node}, SQLite ${process.versions['sqlite'] ?? '?'}, Redis ${versionOf('redis-server') ?? '–'}, Postgres ${versionOf('postgres') ?? '–'}`,
  ['rate-limiter-flexible', 'express-rate-limit', 'rate-limit-redis', 'ioredis', 'pg']
    .map((name) => `${name} ${packageVersion(name)}`)
    .join(', '),
];

/** Programs that wanted a core, averaged over the last minute. */
export const load = (): number => loadavg()[0]!;
