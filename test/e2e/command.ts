import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {onTestFinished} from 'vitest';

export const BIN = fileURLToPath(new URL('../../bin/ratectl.js', import.meta.url));

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Start {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
}

/** Starts the built command as a user does and waits for its end. */
export const ratectl = (args: readonly string[], {cwd = ROOT, env = {}, stdin}: Start = {}): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const {GITHUB_STEP_SUMMARY: _, FORCE_COLOR: __, NO_COLOR: ___, ...clean} = process.env;
    const child = spawn(process.execPath, [BIN, ...args], {
      cwd,
      env: {...clean, ...env},
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({code, signal, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString()}),
    );
  });

/** A folder with these files in it that goes with the test. */
export const folderWith = (files: Readonly<Record<string, string | Uint8Array>>): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ratectl-e2e-'));
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
};

/** A policy of one limit, as flow YAML: `{rate: 1/s, burst: 2}`. */
export const policyOf = (limit: string, more = ''): string => `version: 1\nlimits:\n  - ${limit}\n${more}`;

/** NDJSON lines of `[ms, key, cost]`. */
export const ndjson = (rows: readonly (readonly [number, string, number?])[]): string =>
  rows.map(([ts, key, cost = 1]) => `${JSON.stringify({ts, key, cost})}\n`).join('');
