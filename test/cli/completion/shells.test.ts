import {chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {completionScript, SHELLS, type Shell} from '../../../src/cli/completion/completion-script.ts';
import {createProgram} from '../../../src/cli/program.ts';
import {BIN} from '../../e2e/command.ts';
import {ensureBinary} from '../../support/servers/install.ts';
import {PtySession} from '../../tui/pty-session.ts';
import {testContext} from '../test-context.ts';

const POLICY = `version: 1
limits:
  - {name: per-ip, key: "{ip}", rate: 1/s}
  - name: gateway
    key: "{ip}"
    tier: "{plan}"
    tiers:
      gold plan: {rate: 1/s}
      eu:silver: {rate: 1/s}
`;

const CONFIG = `contexts:
  production: {store: redis://cache}
  staging: {store: redis://cache}
`;

const folder = mkdtempSync(join(tmpdir(), 'ratectl-shells-'));
const home = join(folder, 'home');

beforeAll(() => {
  mkdirSync(join(folder, 'bin'));
  mkdirSync(join(folder, '.ratectl'));
  mkdirSync(join(home, 'fish', 'completions'), {recursive: true});
  writeFileSync(join(folder, 'bin', 'ratectl'), `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`);
  chmodSync(join(folder, 'bin', 'ratectl'), 0o755);
  writeFileSync(join(folder, 'ratectl.yaml'), POLICY);
  writeFileSync(join(folder, 'other.yaml'), POLICY.replaceAll('gateway', 'elsewhere'));
  copyFileSync(join(folder, 'other.yaml'), join(folder, 'my policy.yaml'));
  writeFileSync(join(folder, '.ratectl', 'config.yaml'), CONFIG);
  const program = createProgram(testContext());
  writeFileSync(join(folder, 'ratectl.bash'), completionScript(program, 'bash'));
  writeFileSync(join(home, '_ratectl'), completionScript(program, 'zsh'));
  writeFileSync(join(home, 'fish', 'completions', 'ratectl.fish'), completionScript(program, 'fish'));
  writeFileSync(
    join(home, '.zshrc'),
    `fpath=('${home}' $fpath)\nautoload -Uz compinit && compinit -u\nPS1='ready$ '\n`,
  );
  writeFileSync(
    join(folder, 'bashrc'),
    `PS1='ready$ '\nbind 'set bell-style none'\n. '${folder}/ratectl.bash'\n`,
  );
  writeFileSync(join(home, 'fish', 'config.fish'), "function fish_prompt\n  echo -n 'ready$ '\nend\n");
});
afterAll(() => rmSync(folder, {recursive: true, force: true}));

const START: Readonly<Record<Shell, (program: string) => readonly [string, ...string[]]>> = {
  bash: (program) => [program, '--noprofile', '--rcfile', join(folder, 'bashrc'), '-i'],
  zsh: (program) => [program, '-i'],
  fish: (program) => [program, '-i'],
};

/** A shell as a person has it, in a folder with a policy and contexts. */
const shellOf = async (shell: Shell): Promise<PtySession> => {
  const program = ensureBinary({binaries: [shell], apt: shell, brew: shell});
  const session = new PtySession([], {
    cwd: folder,
    program: START[shell](program),
    columns: 160,
    env: {
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
      HOME: home,
      ZDOTDIR: home,
      XDG_CONFIG_HOME: home,
      RATECTL_STORE: '',
      RATECTL_CONTEXT: '',
    },
  });
  await session.sees('ready$');
  return session;
};

/** What stands behind the prompt after a TAB. */
const completed = async (session: PtySession, line: string, expected: string): Promise<void> => {
  await session.press(line, '\t');
  await session.sees(`ready$ ${expected.trimEnd()}`);
};

describe.each(SHELLS)('TAB in %s', {timeout: 90_000}, (shell) => {
  test.each([
    ['a command', 'ratectl simu', 'ratectl simulate '],
    ['a long option', 'ratectl status --fail-e', 'ratectl status --fail-empty '],
    ['a choice', 'ratectl status --sort us', 'ratectl status --sort used'],
    [
      'a context of the configuration',
      'ratectl status --context prod',
      'ratectl status --context production ',
    ],
    ['a context after =', 'ratectl status --context=sta', 'ratectl status --context=staging'],
    ['a context of the short option', 'ratectl status -c sta', 'ratectl status -c staging '],
    ['a context to use', 'ratectl context use prod', 'ratectl context use production '],
    ['a limit of the policy', 'ratectl explain gat', 'ratectl explain gateway/'],
    [
      'a limit of the policy that is named',
      'ratectl explain -p other.yaml else',
      'ratectl explain -p other.yaml elsewhere/',
    ],
    [
      'a limit of a policy whose path is quoted',
      "ratectl explain -p 'my policy.yaml' else",
      "ratectl explain -p 'my policy.yaml' elsewhere/",
    ],
    [
      'a limit of a policy whose path is escaped',
      'ratectl explain -p my\\ policy.yaml else',
      'ratectl explain -p my\\ policy.yaml elsewhere/',
    ],
    ['a database', 'ratectl status --store sqlite:./oth', 'ratectl status --store sqlite:./other.yaml'],
    ['the next of a list', 'ratectl status --state limited,ne', 'ratectl status --state limited,near'],
    ['a name with a space', 'ratectl explain --tier go', 'ratectl explain --tier gold\\ plan'],
    [
      'a name with a space that is quoted',
      "ratectl explain --tier 'go",
      "ratectl explain --tier 'gold plan'",
    ],
    ['a name with a colon', 'ratectl explain --tier eu', 'ratectl explain --tier eu:silver'],
    ['a name behind its colon', 'ratectl explain --tier eu:s', 'ratectl explain --tier eu:silver'],
    ['a file', 'ratectl validate oth', 'ratectl validate other.yaml'],
  ])('completes %s', async (_, line, expected) => {
    await completed(await shellOf(shell), line, expected);
  });

  test('lists what there is when nothing is typed', async () => {
    const session = await shellOf(shell);
    await session.press('ratectl status --context ', '\t', '\t');
    await session.sees('production');
    await session.sees('staging');
  });

  test('hands the command a name with a space as one word', async () => {
    const session = await shellOf(shell);
    await completed(session, 'ratectl explain --tier go', 'ratectl explain --tier gold\\ plan');
    await session.press(' gateway/203.0.113.7', '\r');
    await session.sees('no state yet');
  });

  test('says nothing when the policy is wrong', async () => {
    const session = await shellOf(shell);
    await session.press('ratectl status -p bashrc gat', '\t', '\t', 'x');
    await session.sees('ready$ ratectl status -p bashrc gatx');
    expect(session.screen.text).not.toContain('hint:');
  });
});
