import {spawnSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {expect, test} from 'vitest';
import {ROOT} from './command.ts';

test('the example of the README runs as a user would run it: against the built package, by its name', () => {
  const [, code = ''] = /^## The engine by itself$[\s\S]*?^```js\n([\s\S]*?)^```$/m.exec(
    readFileSync(join(ROOT, 'README.md'), 'utf8'),
  )!;
  const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: ROOT,
    encoding: 'utf8',
    env: {...process.env, FORCE_COLOR: '0'},
  });
  expect(ended.stderr).toBe('');
  const [, shown = ''] = /\/\/ (.*)/.exec(code)!;
  expect(ended.stdout.trim().split('\n')).toEqual(shown.split(', '));
});
