import {chmodSync, existsSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {folderOf, run, traceOf} from './simulate-cli.ts';

const POLICY = 'version: 1\nlimits: [{name: per-ip, key: "{ip}", rate: 1/s, burst: 2}]\n';
const FILES = {p: POLICY, t: traceOf([{ip: 'a'}])};

describe('a place that cannot be written', {timeout: 60_000}, () => {
  test.each([
    ['--junit', 'nowhere/x.xml', 'the folder does not exist'],
    ['--decisions', 'nowhere/d', 'the folder does not exist'],
    ['--junit', 't/x.xml', 'a part of the path is not a folder'],
    ['--junit', 'folder', 'it is a folder'],
    ['--decisions', 'd'.repeat(250), 'the name is too long'],
  ])('%s %s is said before a byte of the trace is read', async (flag, path, reason) => {
    const folder = folderOf(FILES);
    const place = path === 'folder' ? '.' : path;
    const {code, err, stdinRead} = await run(folder, ['simulate', '-', '--policy', 'p', flag, place]);
    expect([code, stdinRead]).toEqual([2, false]);
    expect(err).toMatch(new RegExp(`^cannot write "[^"]*": ${reason}$`));
    expect(readdirSync(folder).sort()).toEqual(['p', 't']);
  });

  test.each([
    ['nowhere/s', 'the folder does not exist'],
    ['', 'it is a folder'],
  ])('the job summary %j is said before a byte of the trace is read', async (name, reason) => {
    const folder = folderOf(FILES);
    const env = {GITHUB_STEP_SUMMARY: join(folder, name)};
    const {code, err, stdinRead} = await run(folder, ['simulate', '-', '--policy', 'p', '--ci'], env);
    expect([code, stdinRead]).toEqual([2, false]);
    expect(err).toMatch(new RegExp(`^cannot append to ".*" \\(GITHUB_STEP_SUMMARY\\): ${reason}$`));
  });

  // For root every folder can be written.
  test.skipIf(process.getuid?.() === 0)('permissions are looked at', async () => {
    const folder = folderOf(FILES);
    chmodSync(folder, 0o500);
    const {err, stdinRead} = await run(folder, ['simulate', '-', '--policy', 'p', '--junit', 'x']);
    chmodSync(folder, 0o700);
    expect(err).toMatch(/^cannot write ".*": permission denied$/);
    expect(stdinRead).toBe(false);
  });

  test('comes before what a report would be of, in merge and report and bench', async () => {
    const folder = folderOf(FILES);
    for (const argv of [
      ['simulate', 'merge', 'no-shard.json', '--junit', 'nowhere/x'],
      ['report', 'no-result.json', '--out', 'nowhere/x.html'],
      ['bench', '--compare', 'no-result.json', '--save', 'nowhere/x.json'],
    ]) {
      const {code, err} = await run(folder, argv);
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(/^cannot write ".*nowhere.*": the folder does not/),
      ]);
    }
  });

  test('is not one where all is well: new, there already, a device', async () => {
    const folder = folderOf(FILES);
    writeFileSync(join(folder, 'old'), 'old');
    for (const place of ['new', 'old', '/dev/null']) {
      const {code, err} = await run(folder, [
        'simulate',
        join(folder, 't'),
        '--policy',
        'p',
        '--junit',
        place,
      ]);
      expect([code, err]).toEqual([0, expect.not.stringContaining('cannot')]);
    }
    expect(readdirSync(folder).sort()).toEqual(['new', 'old', 'p', 't']);
    expect(existsSync('new')).toBe(false);
  });
});
