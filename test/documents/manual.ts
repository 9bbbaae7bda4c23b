import {spawn} from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setImmediate as turn} from 'node:timers/promises';
import {BIN, ROOT} from '../e2e/command.ts';
import {terminalScript} from './terminal.ts';

/** What a script wrote, and which of its commands failed. */
export interface Ran {
  readonly out: string;
  readonly err: string;
  /** `[status, command]` of those that ended with another status than 0, in order. */
  readonly failures: readonly (readonly [status: number, command: string])[];
}

export interface ManualOptions {
  /** Files by name; folders are made. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files and folders of the repository by their name here: `{'examples': 'examples'}`. */
  readonly copies?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Who is at the terminal; @default without one, as in a pipeline. */
  readonly terminal?: 'nobody' | 'person';
}

/** Only what a shell needs, and nothing that the machine is set up with. */
const CLEAN = ['PATH', 'LANG', 'LC_ALL', 'TMPDIR'];
/** What begins a line that tells of a command that failed. */
const FAILED = '\u0001failed ';

/** A folder in which the commands of a document are run by bash, as its reader would run them. */
export class Manual {
  readonly folder: string;
  readonly #env: Readonly<Record<string, string>>;

  constructor({files = {}, copies = {}, env = {}, terminal}: ManualOptions = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'ratectl-manual-'));
    const bin = join(this.folder, '.bin');
    mkdirSync(bin);
    // The command as it is on the PATH of who installed it.
    const command = `"${process.execPath}" "${BIN}"`;
    const text =
      terminal === undefined ? `#!/bin/sh\nexec ${command} "$@"\n` : terminalScript(command, terminal);
    writeFileSync(join(bin, 'ratectl'), text);
    chmodSync(join(bin, 'ratectl'), 0o755);
    symlinkSync(process.execPath, join(bin, 'node'));
    mkdirSync(join(this.folder, 'node_modules'));
    symlinkSync(ROOT, join(this.folder, 'node_modules', 'ratectl'));
    for (const name of ['express', 'hono', '@modelcontextprotocol'])
      symlinkSync(join(ROOT, 'node_modules', name), join(this.folder, 'node_modules', name));
    for (const [to, from] of Object.entries(copies))
      cpSync(join(ROOT, from), join(this.folder, to), {recursive: true});
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    const inherited = Object.fromEntries(
      CLEAN.flatMap((name) => {
        const value = process.env[name];
        return value === undefined ? [] : [[name, value]];
      }),
    );
    this.#env = {
      ...inherited,
      HOME: this.folder,
      RATECTL_ACTOR: 'ada',
      ...env,
      PATH: `${bin}:${process.env['PATH']}`,
    };
  }

  write(name: string, text: string): void {
    mkdirSync(join(this.folder, name, '..'), {recursive: true});
    writeFileSync(join(this.folder, name), text);
  }

  has(name: string): boolean {
    return existsSync(join(this.folder, name));
  }

  /** Runs a script to its end, without a terminal. */
  run(script: string, env: Readonly<Record<string, string>> = {}): Promise<Ran> {
    const traced = `trap 'printf "%s%s %s\\n" "${FAILED}" "$?" "$BASH_COMMAND" >&2' ERR\n${script}`;
    return new Promise((resolve, reject) => {
      const child = spawn('bash', ['-c', traced], {
        cwd: this.folder,
        env: {...this.#env, ...env},
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      let err = '';
      child.stdout.on('data', (chunk) => {
        out += chunk;
      });
      child.stderr.on('data', (chunk) => {
        err += chunk;
      });
      child.on('error', reject);
      // `exit`, not `close` alone: a server that was started in the background keeps the pipes.
      child.on('exit', async () => {
        await untilRead(() => out.length + err.length);
        resolve({out, ...failuresIn(err)});
      });
    });
  }

  remove(): void {
    rmSync(this.folder, {recursive: true, force: true});
  }
}

/** Until several turns of the event loop brought nothing more: what had been written before the end is read by then. */
const untilRead = async (length: () => number): Promise<void> => {
  for (let quiet = 0; quiet < 20; ) {
    const before = length();
    await turn();
    quiet = length() === before ? quiet + 1 : 0;
  }
};

const failuresIn = (text: string): Pick<Ran, 'err' | 'failures'> => {
  const lines = text.split('\n');
  const failures = lines
    .filter((line) => line.startsWith(FAILED))
    .map((line): readonly [number, string] => {
      const [, status = '', command = ''] = /^(\d+) (.*)$/.exec(line.slice(FAILED.length)) ?? [];
      return [Number(status), command];
    });
  return {err: lines.filter((line) => !line.startsWith(FAILED)).join('\n'), failures};
};
