import {spawn} from 'node:child_process';
import {readdirSync, readFileSync, utimesSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {BIN, folderWith} from '../e2e/command.ts';

const run = (folder: string, ...args: readonly string[]): Promise<number | null> => {
  const env = {...process.env, HOME: folder, XDG_CONFIG_HOME: folder};
  const child = spawn(process.execPath, [BIN, ...args], {cwd: folder, env, stdio: 'ignore'});
  return new Promise((resolve) => child.on('exit', resolve));
};

const configOf = (folder: string): string => readFileSync(join(folder, 'ratectl', 'config.yaml'), 'utf8');

test('contexts that are added at the same time are all there afterwards', {timeout: 60_000}, async () => {
  const folder = folderWith({});
  const names = Array.from({length: 8}, (_, i) => `c${i}`);
  const codes = await Promise.all(
    names.map((name) => run(folder, 'context', 'add', name, '--store', `redis://${name}.example.com`)),
  );
  expect(codes).toEqual(names.map(() => 0));
  for (const name of names) expect(configOf(folder)).toContain(`  ${name}:\n`);
  expect(readdirSync(join(folder, 'ratectl'))).toEqual(['config.yaml']);
});

test('what a killed one left behind holds nobody up for long', {timeout: 60_000}, async () => {
  const folder = folderWith({});
  await run(folder, 'context', 'add', 'first', '--store', 'redis://a.example.com');
  const lock = join(folder, 'ratectl', 'config.yaml.lock');
  writeFileSync(lock, '');
  utimesSync(lock, new Date(0), new Date(0));
  expect(await run(folder, 'context', 'add', 'second', '--store', 'redis://b.example.com')).toBe(0);
  expect(configOf(folder)).toContain('  second:\n');
  expect(readdirSync(join(folder, 'ratectl'))).toEqual(['config.yaml']);
});
