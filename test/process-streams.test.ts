import {execFileSync, spawn} from 'node:child_process';
import {closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {BIN, ROOT} from './e2e/command.ts';

const inShell = (script: string): Promise<{code: number | null; out: string; err: string}> =>
  new Promise((resolve) => {
    const child = spawn('sh', ['-c', script, process.execPath, BIN], {cwd: ROOT});
    let [out, err] = ['', ''];
    child.stdout.on('data', (text: Buffer) => (out += text));
    child.stderr.on('data', (text: Buffer) => (err += text));
    child.on('close', (code) => resolve({code, out, err}));
  });

/** A program that writes numbered lines with what the command line writes with. */
const LINES = `
  const {processStreams} = await import(${JSON.stringify(join(ROOT, 'src', 'process-streams.ts'))});
  const {out, err} = processStreams();
  for (let i = 0; i < 3000; i++) await out.write(i + ' ' + 'x'.repeat(i % 97) + '\\n');
  await err.write([out.closed, out.isTTY, out.columns, out.rows].join());
  process.exit(0);`;
const lines = Array.from({length: 3000}, (_, i) => `${i} ${'x'.repeat(i % 97)}\n`).join('');
const WRITE_LINES = `"$0" --input-type=module -e '${LINES.replaceAll("'", "'\\''")}'`;

describe.skipIf(process.platform === 'win32')('standard output', () => {
  test.each([
    ['a pipe', `${WRITE_LINES} | cat`],
    ['a pipe whose reader is slow', `${WRITE_LINES} | (sleep 0.3; cat)`],
    ['a file', `f=$(mktemp); ${WRITE_LINES} > $f; cat $f; rm $f`],
    ['the end of a file', `f=$(mktemp); ${WRITE_LINES} >> $f; cat $f; rm $f`],
  ])('gets all of it, in order: %s', async (_, script) => {
    expect(await inShell(script)).toEqual({code: 0, out: lines, err: 'false,false,80,'});
  });

  test('a reader that goes away is no error, and is noticed', async () => {
    expect(await inShell(`${WRITE_LINES} | true`)).toEqual({code: 0, out: '', err: 'true,false,80,'});
    expect(await inShell('"$0" "$1" --help | true')).toEqual({code: 0, out: '', err: ''});
  });

  test('a full disk is an error that says so', async () => {
    const {code, err} = await inShell('"$0" "$1" --version > /dev/full');
    expect(code).not.toBe(0);
    expect(err).toContain('cannot write to standard output: no space left on the device');
  });

  test('may be closed', async () => {
    expect((await inShell('"$0" "$1" --version >&-')).code).toBe(0);
    expect((await inShell('"$0" "$1" --nonsense 2>&-')).code).toBe(2);
  });

  test('may be a full pipe that does not wait: it is written when there is room', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ratectl-pipe-'));
    onTestFinished(() => rmSync(folder, {recursive: true, force: true}));
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const program = `
      const {closeSync, constants, openSync, writeSync} = await import('node:fs');
      closeSync(1);
      openSync('${pipe}', constants.O_WRONLY | constants.O_NONBLOCK);
      for (const size of [4096, 1]) try { for (;;) writeSync(1, Buffer.alloc(size, 46)); } catch {}
      ${LINES}`;
    // A reader has to be there before a writer can open it without waiting.
    const reader = spawn('sh', ['-c', `exec < "$0"; sleep 0.8; cat`, pipe]);
    let text = '';
    reader.stdout.on('data', (more: Buffer) => (text += more));
    const read = new Promise((resolve) => reader.on('close', resolve));
    const keep = openSync(pipe, constants.O_RDWR);
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let err = '';
    child.stderr.on('data', (more: Buffer) => (err += more));
    const code = await new Promise((resolve) => child.on('close', resolve));
    closeSync(keep);
    await read;
    expect({code, err}).toEqual({code: 0, err: 'false,false,80,'});
    expect(text.replace(/^\.+/, '')).toBe(lines);
  });
});

test('the launcher names no folder for code that Node compiles: it would be one where others may write', () => {
  expect(readFileSync(BIN, 'utf8')).not.toContain('CompileCache');
});
