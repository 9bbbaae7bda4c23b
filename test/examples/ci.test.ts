import {execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {describe, expect, onTestFinished, test} from 'vitest';
import {parse} from 'yaml';
import {Manual} from '../documents/manual.ts';
import {ROOT} from '../e2e/command.ts';
import {elementsOf} from '../view/xml-check.ts';

const text = (name: string): string => readFileSync(join(ROOT, 'examples', 'ci', name), 'utf8');

interface Step {
  readonly name?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
}

const GITHUB = parse(text('github-actions.yml')) as {
  readonly on: {readonly pull_request: {readonly paths: readonly string[]}};
  readonly permissions: object;
  readonly jobs: {readonly simulate: {readonly steps: readonly Step[]}};
};
const GITLAB = parse(text('gitlab-ci.yml')) as {
  readonly 'rate-limits': {
    readonly script: readonly string[];
    readonly artifacts: {readonly reports: {readonly junit: string}};
  };
};
const steps = GITHUB.jobs.simulate.steps;

const policy = (rate: string, burst: number): string =>
  `version: 1\nlimits:\n  - name: per-ip\n    key: "{ip}"\n    rate: ${rate}\n    burst: ${burst}\n`;
const LOOSE = policy('100/s', 200);
/** Denies the scanner of the trace, hundreds of times. */
const TIGHT = policy('10/s', 20);

/** A clone with the policy of the branch, and the one it goes to; `npm ci` has been there. */
const project = (proposed: string): Manual => {
  const manual = new Manual({
    files: {'ratectl.yaml': LOOSE, '.gitignore': 'node_modules\n.bin\n'},
    copies: {'traces/last-week.log': 'examples/traces/shop.log'},
    env: {GITHUB_ACTIONS: 'true', GITHUB_BASE_REF: 'main', CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main'},
  });
  onTestFinished(() => manual.remove());
  const git = (...args: string[]): Buffer =>
    execFileSync('git', ['-c', 'user.name=ada', '-c', 'user.email=ada@example.com', ...args], {
      cwd: manual.folder,
      stdio: 'pipe',
    });
  execFileSync('gzip', [join(manual.folder, 'traces', 'last-week.log')]);
  git('init', '--quiet', '--initial-branch=main');
  git('add', '.');
  git('commit', '--quiet', '--message=limits');
  git('remote', 'add', 'origin', manual.folder);
  git('update-ref', 'refs/remotes/origin/main', 'HEAD');
  git('checkout', '--quiet', '-b', 'proposed');
  manual.write('ratectl.yaml', proposed);
  execFileSync('mkdir', ['-p', join(manual.folder, 'node_modules', '.bin')]);
  execFileSync('ln', ['-s', '../../.bin/ratectl', join(manual.folder, 'node_modules', '.bin', 'ratectl')]);
  return manual;
};

/** As the runner of GitHub does: `bash -e` for each step, and after a failure only those with `if: always()`. */
const runWorkflow = async (manual: Manual) => {
  const summary = join(manual.folder, 'summary.md');
  manual.write('summary.md', '');
  const ran: {name: string; status: number; out: string}[] = [];
  for (const {name = '', run, if: when} of steps) {
    if (run === undefined || run === 'npm ci') continue;
    if (ran.some(({status}) => status !== 0) && when !== 'always()') continue;
    const {out, err, failures} = await manual.run(`set -eo pipefail\n${run}`, {GITHUB_STEP_SUMMARY: summary});
    ran.push({name, status: failures[0]?.[0] ?? 0, out: out + err});
  }
  return {ran, summary: readFileSync(summary, 'utf8')};
};

describe('examples/ci/github-actions.yml', () => {
  test('runs when the policy changes, and may only read', () => {
    expect(GITHUB.on.pull_request.paths).toContain('ratectl.yaml');
    expect(GITHUB.permissions).toEqual({contents: 'read'});
    for (const {uses} of steps.filter((one) => one.uses !== undefined))
      expect(uses).toMatch(/^actions\/[\w-]+@v\d+$/);
  });

  test('a limit that denies nobody passes: every step succeeds, the summary and the JUnit report are there', async () => {
    const manual = project(policy('100/s', 300));
    const {ran, summary} = await runWorkflow(manual);
    expect(
      ran.map(({name, status}) => `${name} ${status}`),
      ran.map(({out}) => out).join(),
    ).toEqual(['Is it a policy? 0', 'Who would have been denied last week? 0', 'Who flips? 0']);
    expect(summary).toContain('0 requests now denied');
    expect(ran[1]!.out).not.toContain('::error');
    const report = elementsOf(readFileSync(join(manual.folder, 'rate-limits.xml'), 'utf8'));
    expect(report.map(({name}) => name)).not.toContain('failure');
  }, 240_000);

  test('a limit that would have denied too many fails with 5, is annotated, and who flips is said all the same', async () => {
    const manual = project(TIGHT);
    const {ran, summary} = await runWorkflow(manual);
    expect(ran.map(({name, status}) => `${name} ${status}`)).toEqual([
      'Is it a policy? 0',
      'Who would have been denied last week? 5',
      'Who flips? 5',
    ]);
    expect(ran[1]!.out).toContain('::error');
    expect(summary).toContain('203.0.113.66');
    const report = elementsOf(readFileSync(join(manual.folder, 'rate-limits.xml'), 'utf8'));
    expect(report.map(({name}) => name)).toContain('failure');
  }, 240_000);

  test('a file that is no policy fails with 2, and nothing is simulated', async () => {
    const {ran} = await runWorkflow(project('version: 1\nlimits: [{name: a, rat: 1/s}]\n'));
    expect(ran[0]).toMatchObject({status: 2, out: expect.stringContaining('did you mean "rate"')});
  }, 240_000);
});

describe('docs/ci.md', () => {
  const manual = readFileSync(join(ROOT, 'docs', 'ci.md'), 'utf8');

  test.each(['github-actions.yml', 'gitlab-ci.yml'])(
    'shows %s as it is, without its first comment',
    (name) => {
      expect(manual).toContain(`\`\`\`yaml\n${text(name).replace(/^(?:#.*\n)+/, '')}\`\`\``);
    },
  );
});

describe('examples/ci/gitlab-ci.yml', () => {
  const {script, artifacts} = GITLAB['rate-limits'];
  const runScript = (manual: Manual) =>
    manual.run(`set -eo pipefail\n${script.filter((line) => line !== 'npm ci').join('\n')}`);

  test.each([
    ['passes', LOOSE, []],
    ['fails with 5', TIGHT, [5]],
  ])(
    '%s',
    async (_what, proposed, statuses) => {
      const manual = project(proposed);
      const {failures, out, err} = await runScript(manual);
      expect(
        failures.map(([status]) => status),
        out + err,
      ).toEqual(statuses);
      elementsOf(readFileSync(join(manual.folder, artifacts.reports.junit), 'utf8'));
    },
    240_000,
  );
});
