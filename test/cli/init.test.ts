import {existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {PRESETS, readPreset} from '../../src/policy/presets.ts';
import {newFolder, ratectl} from './policy-cli.ts';

const textOf = (folder: string, name: string): string => readFileSync(join(folder, name), 'utf8');

describe('ratectl init', () => {
  test('writes per-ip to ratectl.yaml and says what comes next', async () => {
    const folder = newFolder();
    expect(await ratectl(folder, ['init'])).toEqual({
      exit: 0,
      out: 'wrote ratectl.yaml (preset per-ip)\n',
      err: [
        'next:',
        '  ratectl validate ratectl.yaml',
        '  ratectl simulate access.log --policy ratectl.yaml',
        '  ratectl init --list   shows the other presets',
        '',
      ].join('\n'),
    });
    expect(textOf(folder, 'ratectl.yaml')).toBe(readPreset('per-ip'));
    expect(readdirSync(folder)).toEqual(['ratectl.yaml']);
    expect(await ratectl(folder, ['validate'])).toMatchObject({exit: 0});
  });

  test('quotes names that a shell would take apart', async () => {
    const {err} = await ratectl(newFolder(), ['init', '--out', "it's mine.yaml"]);
    expect(err).toContain("ratectl validate 'it'\\''s mine.yaml'");
  });

  test('says nothing more with --quiet', async () => {
    expect(await ratectl(newFolder(), ['init', '--quiet'])).toMatchObject({exit: 0, err: ''});
  });

  test.each(PRESETS.map(({name}) => name))('--preset %s', async (name) => {
    const folder = newFolder();
    expect(await ratectl(folder, ['init', '--preset', name, '--out', 'p.yaml'])).toMatchObject({exit: 0});
    expect(textOf(folder, 'p.yaml')).toBe(readPreset(name));
    expect(await ratectl(folder, ['validate', 'p.yaml', '--quiet'])).toMatchObject({exit: 0, err: ''});
  });

  test('a preset that is none', async () => {
    expect(await ratectl(newFolder(), ['init', '--preset', 'per-ips'])).toEqual({
      exit: 2,
      out: '',
      err: `ratectl: no preset "per-ips" (did you mean "per-ip"?)\n  hint: presets are: ${PRESETS.map(({name}) => name).join(', ')}\n`,
    });
  });

  test('does not replace a file, unless --force', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'ratectl.yaml'), 'mine');
    expect(await ratectl(folder, ['init'])).toEqual({
      exit: 4,
      out: '',
      err: 'ratectl: "ratectl.yaml" exists and was left as it is\n  hint: replace it with --force, or choose another file with --out\n',
    });
    expect(textOf(folder, 'ratectl.yaml')).toBe('mine');
    expect(await ratectl(folder, ['init', '--force'])).toMatchObject({exit: 0});
    expect(textOf(folder, 'ratectl.yaml')).toBe(readPreset('per-ip'));
  });

  test('does not write through a link unasked', async () => {
    const folder = newFolder();
    symlinkSync('elsewhere.yaml', join(folder, 'ratectl.yaml'));
    expect(await ratectl(folder, ['init'])).toMatchObject({exit: 4});
    expect(existsSync(join(folder, 'elsewhere.yaml'))).toBe(false);
  });

  test('a folder is no file, and a folder that is not there is said', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'policies'));
    expect(await ratectl(folder, ['init', '--out', 'policies/'])).toEqual({
      exit: 2,
      out: '',
      err: 'ratectl: cannot write "policies/": it is a folder\n  hint: name a file in it, for example --out policies/ratectl.yaml\n',
    });
    const {exit, err} = await ratectl(folder, ['init', '--out', 'none/p.yaml']);
    expect(exit).toBe(2);
    expect(err).toContain('the folder does not exist');
  });

  test('--out - is standard output', async () => {
    const folder = newFolder();
    expect(await ratectl(folder, ['init', '--out', '-'])).toEqual({
      exit: 0,
      out: readPreset('per-ip'),
      err: '',
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('--list', async () => {
    const folder = newFolder();
    const {out} = await ratectl(folder, ['init', '--list']);
    const lines = out.trimEnd().split('\n');
    expect(lines).toHaveLength(PRESETS.length);
    expect(lines[0]).toMatch(/^per-ip {2,}one token bucket per client address/);
    expect(readdirSync(folder)).toEqual([]);
    const {data} = JSON.parse((await ratectl(folder, ['init', '--list', '--json'])).out);
    expect(data).toEqual({presets: PRESETS});
  });

  test('--json', async () => {
    const {out, err} = await ratectl(newFolder(), ['init', '--json', '--preset', 'nginx']);
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({
      schema: 'ratectl.init/1',
      generatedAt: '2025-01-01T00:00:00.000Z',
      context: null,
      data: {file: 'ratectl.yaml', preset: 'nginx', limits: ['perip', 'perserver']},
      warnings: [],
    });
  });
});
