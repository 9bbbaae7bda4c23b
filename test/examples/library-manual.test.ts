import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {limiterOptionsFromEnv} from '../../src/guard/options-from-env.ts';
import {folderWith, policyOf, ROOT} from '../e2e/command.ts';

const TEXT = readFileSync(join(ROOT, 'docs', 'library.md'), 'utf8');
const BLOCKS = [...TEXT.matchAll(/```js\n(.*?)```/gs)].map(([, code = '']) => code);

/** Runs the code of a block as a user would, who has the packages installed and a policy. */
const run = (code: string): {out: string; err: string; status: number | null} => {
  const cwd = folderWith({'ratectl.yaml': policyOf('{name: per-ip, key: "{ip}", rate: 10/s, burst: 20}')});
  mkdirSync(join(cwd, 'node_modules'));
  symlinkSync(ROOT, join(cwd, 'node_modules', 'ratectl'));
  for (const name of ['express', 'hono', '@modelcontextprotocol'])
    symlinkSync(join(ROOT, 'node_modules', name), join(cwd, 'node_modules', name));
  const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', `${code}\nprocess.exit(0);`], {
    cwd,
    encoding: 'utf8',
    env: {...process.env, FORCE_COLOR: '0', REDIS_URL: 'memory:'},
  });
  return {out: ended.stdout, err: ended.stderr, status: ended.status};
};

describe('docs/library.md', {timeout: 120_000}, () => {
  test.each(BLOCKS)('its code runs: %s', (code) => {
    expect(run(code)).toMatchObject({status: 0, err: ''});
  });

  test('the first block says what is left, the limited function who refused', () => {
    expect(run(BLOCKS[0]!).out).toBe('served, 19 left of per-ip\n');
    const limited = run(BLOCKS.find((code) => code.includes('limiter.wrap'))!);
    expect(limited.out).toBe('sent to ada@example.com: hello\nlimit "mail" refused\n');
  });

  test('names every variable of the environment', () => {
    const asked: string[] = [];
    limiterOptionsFromEnv(new Proxy({}, {get: (_target, name) => void asked.push(String(name))}));
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name) => !TEXT.includes(`\`${name}\``))).toEqual([]);
  });
});
