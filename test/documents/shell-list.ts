import type {SceneOptions} from './scene.ts';

/** What the commands of a document need besides the usual folder. */
export const SHELL_DOCUMENTS: Readonly<Record<string, SceneOptions>> = {
  'README.md': {application: true},
  'docs/operating.md': {application: true},
  'docs/dashboard.md': {application: true},
  'docs/resetting.md': {application: true},
  'docs/reports.md': {application: true},
  'docs/protection.md': {application: true},
  // They make what the folder of the others has.
  'docs/policies.md': {without: ['ratectl.yaml']},
  'docs/configuration.md': {contexts: ['prod']},
};

/** Blocks that are not run here, by a part of their text. */
export const NOT_RUN: readonly {readonly text: string; readonly why: string}[] = [
  {
    text: 'npm ci',
    why: 'installs and builds the package itself; what it starts then is run by test/e2e/demo.test.ts',
  },
  {text: 'npm install', why: 'installs the package from a path of the reader'},
  {
    text: 'SHA256SUMS',
    why: 'needs the files of a release, which take minutes to build; test/shipping builds them',
  },
  {text: 'package/dist/man', why: 'needs the package of a release'},
  {text: 'docker compose', why: 'needs Docker and images; the files are checked by test/examples/deployment'},
  {text: 'ratectl bench', why: 'measures for minutes; test/bench-command runs it'},
];

/** Documents whose blocks are run by a test of their own, with what they show. */
export const RUN_ELSEWHERE: readonly string[] = ['docs/getting-started.md', 'docs/runbooks.md'];

/** Commands that may end with another code than 0, by document and a part of the command. */
export const EXPECTED: readonly {
  readonly document: string;
  readonly command: string;
  readonly status: number;
  readonly why: string;
}[] = [
  {
    document: 'README.md',
    command: '--fail-on limited',
    status: 5,
    why: 'somebody is limited, and that is what it says',
  },
  {
    document: 'README.md',
    command: "--fail-if 'denied > 0.1%'",
    status: 5,
    why: 'the log of the test has a scanner',
  },
  {
    document: 'docs/ci.md',
    command: "--fail-if 'denied > 5%'",
    status: 5,
    why: 'the log of the test has a scanner',
  },
  {
    document: 'docs/policies.md',
    command: 'simulate access.log',
    status: 5,
    why: 'the log of the test has a scanner',
  },
  {
    document: 'docs/deployment.md',
    command: 'ratectl migrate --yes',
    status: 3,
    why: 'no server has that name here; test/examples/deployment/rights.test.ts runs it on a real one',
  },
  {
    document: 'docs/resetting.md',
    command: '--until 2026-01-06',
    status: 2,
    why: 'the day of the example is over',
  },
  {document: 'docs/serving.md', command: 'https://…', status: 2, why: 'stands for an address'},
  {document: 'docs/doctor.md', command: '--fail-on warning', status: 5, why: 'there is something to warn of'},
  {document: 'docs/tokens.md', command: '--dry-run', status: 7, why: 'a token was refreshed a moment before'},
  {document: 'docs/tokens.md', command: 'answer=$(', status: 7, why: 'the block goes on to wait for it'},
];
