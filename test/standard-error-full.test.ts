import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {BIN} from './e2e/command.ts';

/** The built command, its standard error on a disk that is full. */
const withoutRoom = (command: string): Promise<{readonly code: number; readonly out: string}> => {
  const cwd = mkdtempSync(join(tmpdir(), 'ratectl-full-'));
  onTestFinished(() => rmSync(cwd, {recursive: true, force: true}));
  const script = `"$0" "$1" ${command} 2> /dev/full`;
  return new Promise((resolve) => {
    execFile(
      'sh',
      ['-c', script, process.execPath, BIN],
      {cwd, env: {...process.env, HOME: cwd}},
      (error, out) => resolve({code: error === null ? 0 : Number(error.code), out}),
    );
  });
};

test.runIf(process.platform === 'linux')(
  'where standard error cannot be written, notes are lost, and neither the answer nor its exit code',
  async () => {
    expect(await withoutRoom('context ls')).toEqual({code: 0, out: ''});
    const {code, out} = await withoutRoom('bench --store sqlite:b.db --duration 100ms --warmup 0s --json');
    expect([code, (JSON.parse(out) as {schema: string}).schema]).toEqual([0, 'ratectl.bench/1']);
    expect((await withoutRoom('status --nope')).code).toBe(2);
    expect((await withoutRoom('status --store redis://127.0.0.1:1')).code).toBe(3);
  },
  60_000,
);
