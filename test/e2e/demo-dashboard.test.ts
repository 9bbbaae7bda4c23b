import {execFileSync} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {stripVTControlCharacters} from 'node:util';
import {type IPty, spawn} from '@lydell/node-pty';
import {describe, expect, onTestFinished, test} from 'vitest';
import {PATIENCE_MS} from '../support/in-time.ts';
import {BIN, folderWith, ROOT, ratectl} from './command.ts';
import {slowness} from './slowness.ts';

const PANES = ['keys', 'limits', 'tokens', 'breakers', 'queues', 'instances', 'events'];
/** On an idle machine. */
const PROMISED_MS = 5_000;

/** The demo on a terminal of 200 columns, with a folder for temporary files of its own. */
class Terminal {
  readonly temp = folderWith({});
  readonly startedAt = performance.now();
  readonly #pty: IPty;
  readonly ended: Promise<number>;
  raw = '';

  constructor(args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    const {NO_COLOR: _, FORCE_COLOR: __, CI: ___, COLUMNS: ____, ...clean} = process.env;
    this.#pty = spawn(process.execPath, [BIN, 'demo', ...args], {
      cols: 200,
      rows: 50,
      cwd: ROOT,
      env: {...clean, NODE_DISABLE_COMPILE_CACHE: '1', TERM: 'xterm-256color', TMPDIR: this.temp, ...env},
    });
    this.#pty.onData((data) => {
      this.raw += data;
    });
    this.ended = new Promise((resolve) =>
      this.#pty.onExit(({exitCode, signal}) => resolve(signal || exitCode)),
    );
    onTestFinished(() => this.kill('SIGKILL'));
  }

  get text(): string {
    return stripVTControlCharacters(this.raw);
  }

  type(keys: string): void {
    this.#pty.write(keys);
  }

  kill(signal: string): void {
    try {
      process.kill(this.#pty.pid, signal);
    } catch {
      // It has ended.
    }
  }

  /** Milliseconds since the start when the screen has shown it. */
  async shows(what: RegExp): Promise<number> {
    while (!what.test(this.text)) {
      if (performance.now() - this.startedAt > 2 * PATIENCE_MS)
        expect.unreachable(`${what} was not shown:\n${this.text}`);
      await sleep(20);
    }
    return performance.now() - this.startedAt;
  }

  /** Processes that still have the folder in their environment. */
  get left(): readonly string[] {
    const all = execFileSync('ps', ['axeww', '-o', 'pid=,args='], {encoding: 'utf8', maxBuffer: 1e8});
    return all.split('\n').filter((line) => line.includes(`TMPDIR=${this.temp}`));
  }
}

const title = (pane: string): RegExp => new RegExp(`─[─›] ${pane} .*─`);

describe('ratectl demo on a terminal', {timeout: 90_000}, () => {
  test('every pane of the dashboard shows something real within five seconds, and q leaves nothing behind', async () => {
    const terminal = new Terminal();
    for (const pane of PANES) await terminal.shows(title(pane));
    const real = [
      /limited +api +acme/,
      /limited +login +203\.0\.113\.66/,
      /crm +valid/,
      /billing +valid/,
      /payments +(?:open|half-open)/,
      /queue mails has \d+ dead item/,
      /leads, fencing token 1/,
      /token-refreshed +crm/,
      /breaker-opened +payments/,
    ];
    for (const what of real) await terminal.shows(what);
    const took = performance.now() - terminal.startedAt;
    expect(took).toBeLessThan(PROMISED_MS * (await slowness()));
    expect(readdirSync(terminal.temp)).toHaveLength(1);
    expect(terminal.left).toHaveLength(1);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
    // The screen from before is back, and what to do next stands on it.
    const after = terminal.raw.slice(terminal.raw.lastIndexOf('\u001b[?1049l'));
    expect(after).toMatch(/Next:[\s\S]+ratectl demo --keep[\s\S]+ratectl demo --tour/);
    expect(readdirSync(terminal.temp)).toEqual([]);
    expect(terminal.left).toEqual([]);
  });

  test('its store is there for other terminals while it runs', async () => {
    const terminal = new Terminal();
    await terminal.shows(title('tokens'));
    const [folder] = readdirSync(terminal.temp);
    const store = `sqlite:${join(terminal.temp, folder!, '.ratectl', 'state.db')}`;
    expect(terminal.text).toContain(`ratectl status --store ${store}`);
    const status = await ratectl(['status', '--store', store, '--no-config'], {cwd: terminal.temp});
    expect(status.code).toBe(0);
    expect(status.out).toMatch(/limited +api +acme[\s\S]+crm +valid/);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });

  test.each([
    ['Ctrl-C', (terminal: Terminal) => terminal.type('\u0003'), 0],
    ['SIGTERM', (terminal: Terminal) => terminal.kill('SIGTERM'), 143],
    ['SIGHUP', (terminal: Terminal) => terminal.kill('SIGHUP'), 129],
  ] as const)('%s ends it, with the terminal as it was and nothing left', async (_title, end, expected) => {
    const terminal = new Terminal();
    await terminal.shows(title('keys'));
    end(terminal);
    expect(await terminal.ended).toBe(expected);
    expect(terminal.raw.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(
      terminal.raw.lastIndexOf('\u001b[?1049h'),
    );
    expect([readdirSync(terminal.temp), terminal.left]).toEqual([[], []]);
  });

  test.each([
    ['--tour', ['--tour'], {}],
    ['a terminal that cannot be painted on', [], {TERM: 'dumb'}],
  ])('%s is the tour, which ends by itself', async (_title, args, env) => {
    const terminal = new Terminal(args, env);
    expect(await terminal.ended).toBe(0);
    expect(terminal.text).toMatch(/\$ ratectl status[\s\S]+\$ ratectl report/);
    expect(terminal.raw).not.toContain('\u001b[?1049h');
    expect(readdirSync(terminal.temp)).toEqual([]);
  });
});
