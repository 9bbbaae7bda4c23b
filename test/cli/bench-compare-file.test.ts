import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {ConfigFolder} from '../config/config-folder.ts';
import {contextIn, ratectl} from './config-cli.ts';

type Editable = {
  settings: Record<string, unknown>;
  machine: Record<string, unknown>;
  stores: {sweep: unknown}[];
};

const bench = (folder: ConfigFolder, ...flags: readonly string[]) =>
  ratectl(
    contextIn(folder.cwd, {HOME: folder.home}),
    ...['bench', '--store', 'memory:', '--duration', '100ms', '--warmup', '0s', ...flags],
  );

/** A result that somebody edited, and what is said of it. */
const edited = async (edit: (data: Editable) => void) => {
  const folder = new ConfigFolder();
  const path = join(folder.cwd, 'r.json');
  await bench(folder, '--save', 'r.json');
  const file = JSON.parse(readFileSync(path, 'utf8')) as {data: Editable};
  edit(file.data);
  writeFileSync(path, JSON.stringify(file));
  return bench(folder, '--compare', 'r.json', '--max-regression', '1000%');
};

describe('a saved result that was edited', {timeout: 60_000}, () => {
  test.each<[string, (data: Editable) => void]>([
    ['a duration that is a word', ({settings}) => void Object.assign(settings, {durationMs: 'abc'})],
    ['a duration without end', ({settings}) => void Object.assign(settings, {durationMs: 1e306})],
    ['a negative duration', ({settings}) => void Object.assign(settings, {durationMs: -1})],
    ['a p99 that is a word', ({settings}) => void Object.assign(settings, {p99Us: 'abc'})],
    ['a setting that is an object', ({settings}) => void Object.assign(settings, {keys: {a: 1}})],
    ['a machine whose Node is a list', ({machine}) => void Object.assign(machine, {node: ['v']})],
    ['a knee that is a word', ({stores}) => void Object.assign(stores[0]!, {sweep: {kneePerSecond: 'x'}})],
  ])('with %s is refused as such (exit 2)', async (_, edit) => {
    const {exit, err} = await edited(edit);
    expect([exit, err]).toEqual([2, expect.stringContaining('missing or of another form')]);
  });

  test('without a setting that it should have is compared, and the difference told', async () => {
    const {exit, out} = await edited(({settings}) => void delete settings['durationMs']);
    expect(exit).toBe(0);
    expect(out).toContain('duration: none before, 100ms now');
  });
});
