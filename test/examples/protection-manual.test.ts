import {spawnSync} from 'node:child_process';
import {mkdirSync, readFileSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {protectionOptionsFromEnv} from '../../src/guard/protect/protection-options-from-env.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {folderWith, ROOT} from '../e2e/command.ts';

const TEXT = readFileSync(join(ROOT, 'docs', 'protection.md'), 'utf8');
const blocksOf = (language: string): readonly string[] =>
  [...TEXT.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(([, code = '']) => code);
const POLICIES = blocksOf('yaml');

/** Runs the code of a block as a user would, who has the package installed and the first policy of the page. */
const run = (code: string): {out: string; err: string; status: number | null} => {
  const cwd = folderWith({'ratectl.yaml': POLICIES[0]!});
  mkdirSync(join(cwd, 'node_modules'));
  symlinkSync(ROOT, join(cwd, 'node_modules', 'ratectl'));
  const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', `${code}\nprocess.exit(0);`], {
    cwd,
    encoding: 'utf8',
    env: {...process.env, FORCE_COLOR: '0', REDIS_URL: 'memory:'},
  });
  return {out: ended.stdout, err: ended.stderr, status: ended.status};
};

describe('docs/protection.md', {timeout: 180_000}, () => {
  test.each(POLICIES)(
    'its policies can be loaded, without a warning but of what simulate leaves out: %s',
    (text) => {
      const {warnings} = parsePolicy(text, 'example.yaml');
      expect(warnings.filter((warning) => !/not evaluated by simulate/.test(warning))).toEqual([]);
    },
  );

  test.each(blocksOf('js'))('its code runs: %s', (code) => {
    expect(run(code)).toMatchObject({status: 0, err: ''});
  });

  test('what its code says', () => {
    // Events are told beside the calls: before or after what the loop says of them.
    // On a slow machine a part of the 30 seconds is over.
    const said = blocksOf('js').map((code) =>
      run(code)
        .out.replace(/again in (?:30000|2\d{4}) ms/, 'again within 30 s')
        .trim()
        .split('\n')
        .sort(),
    );
    expect(said).toEqual([
      [''],
      ['done'],
      ['1 true'],
      [
        'failed',
        'failed',
        'failed',
        'not called, again within 30 s',
        'payments-db: closed -> open (failures)',
      ],
      expect.arrayContaining(['closed without any call being risked', 'healthy']),
      ['done 3'],
    ]);
  });

  test('names every variable of the environment', () => {
    const asked: string[] = [];
    protectionOptionsFromEnv(new Proxy({}, {get: (_target, name) => void asked.push(String(name))}));
    const own = asked.filter((name) => name.startsWith('RATE_LIMIT_ENABLE_'));
    expect(own).toHaveLength(5);
    expect(own.filter((name) => !TEXT.includes(`_${name.split('_').at(-1)}\``))).toEqual([]);
  });
});
