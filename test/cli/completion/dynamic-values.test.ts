import {execFileSync} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, test} from 'vitest';
import {folderWith, ratectl} from '../../e2e/command.ts';
import {pacedMsOf} from '../../e2e/slowness.ts';
import {expectInTime} from '../../support/in-time.ts';

const POLICY = `version: 1
limits:
  - {name: per-ip, key: "{ip}", rate: 1/s}
  - {name: per-user, key: "{user}", rate: 1/s}
breakers:
  payments: {failures: 5}
  mail.out: {failures: 5}
`;

/** The context's store does not answer: whoever opened it would wait. */
const CONFIG = `contexts:
  slow: {store: "redis://192.0.2.1:6379", policy: ../other.yaml}
`;

const place = (policy = POLICY): string => {
  const cwd = folderWith({'ratectl.yaml': policy, 'other.yaml': POLICY.replaceAll('per-', 'by-')});
  mkdirSync(join(cwd, '.ratectl'));
  mkdirSync(join(cwd, 'data'));
  for (const name of ['state.db', 'state.db-wal', 'state.db-shm']) writeFileSync(join(cwd, 'data', name), '');
  writeFileSync(join(cwd, '.ratectl', 'config.yaml'), CONFIG);
  return cwd;
};

const ask = async (cwd: string, ...words: readonly string[]): Promise<readonly string[]> => {
  const env = {HOME: cwd, XDG_CONFIG_HOME: cwd, RATECTL_STORE: '', RATECTL_CONTEXT: '', RATECTL_POLICY: ''};
  const {code, out, err} = await ratectl(['__complete', ...words], {cwd, env});
  expect({code, err}).toEqual({code: 0, err: ''});
  return out.split('\n').slice(0, -1);
};

describe('what TAB asks for', () => {
  test.each([
    ['limits, with the slash that a key follows', ['keys', ''], ['per-ip/', 'per-user/']],
    ['those that begin as what is typed', ['keys', 'per-u'], ['per-user/']],
    ['breakers', ['breakers', ''], ['payments', 'mail.out']],
    ['contexts', ['contexts', ''], ['slow']],
    ['no contexts without configuration', ['contexts', '', 'status', '--no-config'], []],
    [
      'the policy of a context, whose store is not asked',
      ['keys', '', 'status', '-c', 'slow'],
      ['by-ip/', 'by-user/'],
    ],
    ['a policy that is named', ['keys', '', 'status', '--policy=other.yaml'], ['by-ip/', 'by-user/']],
    [
      'a policy that is named without a space',
      ['keys', '', 'status', '-pother.yaml'],
      ['by-ip/', 'by-user/'],
    ],
    ['stores', ['stores', 'r'], ['redis://', 'rediss://']],
    [
      'files and folders behind sqlite:',
      ['stores', 'sqlite:'],
      ['sqlite:data/', 'sqlite:other.yaml', 'sqlite:ratectl.yaml'],
    ],
    ['those of a folder', ['stores', 'sqlite:data/st'], ['sqlite:data/state.db']],
    ['hidden ones when a dot is typed', ['stores', 'sqlite:.'], ['sqlite:.ratectl/']],
    ['nothing of a folder that is not there', ['stores', 'sqlite:none/'], []],
    ['nothing for a policy that is not there', ['keys', '', 'status', '-p', 'none.yaml'], []],
    ['nothing for a context that is not there', ['keys', '', 'status', '-c', 'none'], []],
    ['items of a list that are not there yet', ['states', 'near,li'], ['near,limited']],
    ['nothing for a kind that is unknown', ['nonsense', ''], []],
  ] as const)('%s', async (_, words, expected) => {
    expect(await ask(place(), ...words)).toEqual(expected);
  });

  test('nothing, and no word about it, when the policy is wrong', async () => {
    expect(await ask(place('limits: ['), 'keys', '')).toEqual([]);
  });

  test.skipIf(process.platform === 'win32')('waits for no pipe that is named as the policy', async () => {
    const cwd = place();
    execFileSync('mkfifo', [join(cwd, 'pipe')]);
    expect(await ask(cwd, 'keys', '', 'status', '-p', 'pipe')).toEqual([]);
  });

  test('is answered in less than 150 ms, the median of five', async () => {
    const cwd = place();
    await ask(cwd, 'keys', '', 'status', '-c', 'slow');
    await expectInTime(150, () => pacedMsOf(() => ask(cwd, 'keys', '', 'status', '-c', 'slow')));
  }, 240_000);

  test('is not in the help', async () => {
    expect((await ratectl(['--help'])).out).not.toContain('__complete');
  });
});
