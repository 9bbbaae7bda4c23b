import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {newFolder, ratectl} from './policy-cli.ts';

const GOOD =
  'version: 1\nlimits:\n  - { name: per-ip, rate: 10/s }\n  - { name: all, key: all, rate: 1/s }\n';
const BAD = 'version: 1\nlimits:\n  - { name: a, rate: 10 }\n  - { name: b, rate: 10/s, burts: 5 }\n';

const folderWith = (files: Readonly<Record<string, string>>): string => {
  const folder = newFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
};

test('a good policy: ratectl.yaml is the default', async () => {
  expect(await ratectl(folderWith({'ratectl.yaml': GOOD}), ['validate'])).toEqual({
    exit: 0,
    out: 'ratectl.yaml: ok: 2 limits (per-ip, all)\n',
    err: '',
  });
});

test('every problem of every file, and what is right on stdout', async () => {
  const folder = folderWith({'a.yaml': BAD, 'b.yaml': GOOD});
  expect(await ratectl(folder, ['validate', 'a.yaml', 'b.yaml', 'c.yaml'])).toEqual({
    exit: 2,
    out: 'b.yaml: ok: 2 limits (per-ip, all)\n',
    err: [
      'a.yaml:3:22: limits[0].rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got 10 (did you mean "10/s"?)',
      'a.yaml:4:28: limits[1]: unknown field "burts" (did you mean "burst"?)',
      'ratectl: cannot read policy "c.yaml": no such file',
      '  hint: check the path, or write one with: ratectl init',
      '',
    ].join('\n'),
  });
});

test('thresholds are checked too, with their place', async () => {
  const folder = folderWith({
    'ratectl.yaml': `${GOOD}thresholds:\n  - denied < 1%\n  - limit.per-io.denied == 0\n`,
  });
  const {exit, out, err} = await ratectl(folder, ['validate']);
  expect({exit, out}).toEqual({exit: 2, out: ''});
  expect(err).toMatch(/^ratectl\.yaml:7:5: thresholds\[1\]: .*did you mean "per-ip"\?/);
});

test('warnings are notes on stderr, unless --quiet', async () => {
  const folder = folderWith({'ratectl.yaml': `${GOOD}queue: {q: {}}\n`});
  const note = 'ratectl.yaml:5:1: section "queue" is not evaluated by simulate';
  expect(await ratectl(folder, ['validate'])).toMatchObject({exit: 0, err: `note: ${note}\n`});
  expect(await ratectl(folder, ['validate', '--quiet'])).toMatchObject({exit: 0, err: ''});
  expect(JSON.parse((await ratectl(folder, ['validate', '--json'])).out)).toMatchObject({warnings: [note]});
});

test('tokens, queues and breakers are named, too', async () => {
  const folder = folderWith({
    'ratectl.yaml': 'version: 1\nqueue: {mail: {}, calls: {}}\nbreakers: {db: {}}\n',
  });
  expect((await ratectl(folder, ['validate'])).out).toBe(
    'ratectl.yaml: ok: 2 queues (mail, calls), 1 breaker (db)\n',
  );
});

test('everything that protects under load is named, in text and in JSON', async () => {
  const policy = [
    'version: 1',
    'limits: [{ name: plan, tier: "{plan}", tiers: { free: { rate: 1/s }, pro: { rate: 2/s } } }]',
    'priorities: { essential: { path: /health }, low: {} }',
    'concurrency: { api: { max: 10 } }',
    'adaptive: { protect: { concurrency: [api] } }',
    'behaviour: { plan: { ladder: [free, pro] } }',
    'degradation: {}',
    '',
  ].join('\n');
  const folder = folderWith({'ratectl.yaml': policy});
  expect(await ratectl(folder, ['validate'])).toEqual({
    exit: 0,
    out: 'ratectl.yaml: ok: 1 limit (plan), 2 priority classes (essential, low), 1 pool (api), 1 adaptive controller (protect), 1 limit by behaviour (plan), 3 degradation modes (shed-low, essential-only, closed)\n',
    err: '',
  });
  expect(JSON.parse((await ratectl(folder, ['validate', '--json'])).out).data.files).toEqual([
    {
      file: 'ratectl.yaml',
      ok: true,
      limits: ['plan'],
      priorities: ['essential', 'low'],
      pools: ['api'],
      tokens: [],
      queues: [],
      breakers: [],
      adaptive: ['protect'],
      behaviour: ['plan'],
      degradation: ['shed-low', 'essential-only', 'closed'],
      problems: [],
    },
  ]);
});

test('the answer in JSON', async () => {
  const folder = folderWith({'a.yaml': BAD, 'b.yaml': GOOD});
  const {exit, out, err} = await ratectl(folder, ['validate', 'a.yaml', 'b.yaml', 'c.yaml', '--json']);
  expect({exit, err}).toEqual({exit: 2, err: ''});
  expect(JSON.parse(out)).toEqual({
    schema: 'ratectl.validate/1',
    generatedAt: '2025-01-01T00:00:00.000Z',
    context: null,
    data: {
      files: [
        {
          file: 'a.yaml',
          ok: false,
          limits: [],
          priorities: [],
          pools: [],
          tokens: [],
          queues: [],
          breakers: [],
          adaptive: [],
          behaviour: [],
          degradation: [],
          problems: [
            {
              message:
                'limits[0].rate: expected a rate such as "10/s", "100/m", "1000/h" or "20/10s", got 10',
              line: 3,
              column: 22,
              expected: 'a rate such as "10/s", "100/m", "1000/h" or "20/10s"',
              hint: 'did you mean "10/s"?',
            },
            {
              message: 'limits[1]: unknown field "burts"',
              line: 4,
              column: 28,
              hint: 'did you mean "burst"?',
            },
          ],
        },
        {
          file: 'b.yaml',
          ok: true,
          limits: ['per-ip', 'all'],
          priorities: [],
          pools: [],
          tokens: [],
          queues: [],
          breakers: [],
          adaptive: [],
          behaviour: [],
          degradation: [],
          problems: [],
        },
        {
          file: 'c.yaml',
          ok: false,
          limits: [],
          priorities: [],
          pools: [],
          tokens: [],
          queues: [],
          breakers: [],
          adaptive: [],
          behaviour: [],
          degradation: [],
          problems: [
            {
              message: 'cannot read policy "c.yaml": no such file',
              hint: 'check the path, or write one with: ratectl init',
            },
          ],
        },
      ],
    },
    warnings: [],
  });
});

test('SOURCE_DATE_EPOCH fixes the time of the answer', async () => {
  const folder = folderWith({'ratectl.yaml': GOOD});
  const {out} = await ratectl(folder, ['validate', '--json'], {SOURCE_DATE_EPOCH: '1000000000'});
  expect(JSON.parse(out).generatedAt).toBe('2001-09-09T01:46:40.000Z');
  const bad = await ratectl(folder, ['validate', '--json'], {SOURCE_DATE_EPOCH: 'now'});
  expect(JSON.parse(bad.out).generatedAt).toBe('2025-01-01T00:00:00.000Z');
});

test('names of files are as harmless as what is in them', async () => {
  const name = 'a\u001b[31m.yaml';
  const {err, out} = await ratectl(folderWith({[name]: BAD}), ['validate', name, 'none\u001b[2J']);
  expect(out + err).not.toContain('\u001b');
  const good = await ratectl(folderWith({[name]: GOOD}), ['validate', name]);
  expect(good.out).toBe('a\\u001b[31m.yaml: ok: 2 limits (per-ip, all)\n');
});
