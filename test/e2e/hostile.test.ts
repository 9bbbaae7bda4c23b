import {execFileSync, spawn} from 'node:child_process';
import {
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {gzipSync, zstdCompressSync} from 'node:zlib';
import {describe, expect, it} from 'vitest';
import type {SimulateReport} from '../../src/view/model/simulate-report.ts';
import {pathOf} from '../support/fixture.ts';
import {BIN, type Ended, folderWith, ndjson, policyOf, ratectl, type Start} from './command.ts';

const T = 1_700_000_000_000;
const POLICY = policyOf('{name: per-key, key: "{key}", rate: 2/s, burst: 2}');
const GATED = `${POLICY}thresholds: ["denied == 0"]\n`;
const TRACE = ndjson([
  [T, 'a'],
  [T, 'a'],
  [T, 'a'],
  [T + 500, 'b'],
]);
const FILES = {'p.yaml': POLICY, t: TRACE};
const EVIL = '\u001b[2J\u202e\u009b31m\u0007';

const RAW =
  /[\u0000-\u0009\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;

/** Everything in a folder with what a write would change. */
const stateOf = (folder: string): readonly string[] =>
  readdirSync(folder, {recursive: true, encoding: 'utf8'})
    .sort()
    .map((name) => {
      const facts = lstatSync(join(folder, name));
      const content = facts.isFile() ? readFileSync(join(folder, name), 'latin1') : '';
      return `${name} ${facts.ino} ${facts.size} ${content.slice(0, 1000)}`;
    });

/** Runs, and checks what holds for any input. */
const attack = async (args: readonly string[], start: Start & {readonly cwd: string}): Promise<Ended> => {
  const before = stateOf(start.cwd);
  const ended = await ratectl(args, start);
  const {code, signal, out, err} = ended;
  expect(signal).toBe(null);
  expect(out + err).not.toMatch(RAW);
  expect(err).not.toMatch(/undefined|\[object Object\]|^ {4}at |unexpected error/m);
  expect(code === 0 || code === 2 || code === 5, `exit code ${code}: ${err}`).toBe(true);
  if (code === 2) {
    expect(out).toBe('');
    expect(err).toMatch(/\S/);
    expect(stateOf(start.cwd)).toEqual(before);
  }
  return ended;
};

const simulate = (
  files: Readonly<Record<string, string | Uint8Array>>,
  args: readonly string[],
  more: Start = {},
) => attack(['simulate', ...args], {...more, cwd: folderWith(files)});

const reportOf = ({out}: Ended): SimulateReport => (JSON.parse(out) as {data: SimulateReport}).data;

describe('the shared hostile inputs', {timeout: 60_000}, () => {
  interface Case {
    readonly id: string;
    readonly file: string;
    readonly why: string;
    readonly expect: 'ok' | 'ok_note' | 'skip_or_error' | 'data_error';
    readonly bad_line?: number;
    readonly facts?: {
      readonly events: number;
      readonly keys?: readonly string[];
      readonly ts_ms?: readonly number[];
    };
  }
  const {cases} = JSON.parse(readFileSync(pathOf('hostile/manifest.json'), 'utf8')) as {
    cases: readonly Case[];
  };

  it.each(cases)('$id: $why', async (row) => {
    const cwd = folderWith({'p.yaml': POLICY});
    copyFileSync(pathOf(`hostile/${row.file}`), join(cwd, row.file));
    const ended = await attack(['simulate', row.file, '-p', 'p.yaml', '--json', '--decisions', 'd'], {cwd});
    const {code, err} = ended;
    const place = `${row.file}:${row.bad_line ?? ''}`;
    if (row.expect === 'data_error' || code === 2) {
      expect(['data_error', 'skip_or_error']).toContain(row.expect);
      expect(code).toBe(2);
      expect(err).toContain(place);
      return;
    }
    const {trace} = reportOf(ended);
    if (row.expect === 'skip_or_error') {
      expect(trace.skipped).toBe(1);
      expect(err).toContain(place);
    }
    if (row.expect === 'ok_note') expect(err).not.toBe('');
    if (row.facts === undefined) return;
    expect(trace.requests).toBe(row.facts.events);
    const decisions = readFileSync(join(cwd, 'd'), 'utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
    if (row.facts.ts_ms !== undefined) expect(decisions.map(({t}) => t)).toEqual(row.facts.ts_ms);
    if (row.facts.keys !== undefined)
      expect([...new Set(decisions.map(({key}) => key))]).toEqual(row.facts.keys);
  });
});

describe('files that are no traces', {timeout: 60_000}, () => {
  it.each([
    ['xz data', Buffer.from('\u00fd7zXZ\u0000rest', 'latin1'), 'it is xz data', 'xz -dc'],
    ['gzip inside gzip', gzipSync(gzipSync(TRACE)), 'it is compressed twice', 'gzip -dc'],
    ['UTF-16', Buffer.from(`\ufeff${TRACE}`, 'utf16le'), 'it is UTF-16 text', 'iconv'],
    ['a program', readFileSync(process.execPath).subarray(0, 100_000), 'it holds null bytes', ''],
    ['a policy', `# mine\n\n${POLICY}`, 'it looks like a policy', '--policy'],
    ['blank lines without end', '\r\n'.repeat(3_000_000), 'it begins with blank lines only', '--format'],
  ])('%s: says what it is and what to do', async (_, content, what, hint) => {
    const {code, err} = await simulate({'p.yaml': POLICY, t: content}, ['t', '-p', 'p.yaml']);
    expect(code).toBe(2);
    expect(err).toContain(`ratectl: t:1: no known format: ${what}`);
    expect(err).toContain(hint);
  });

  it('says so when the policy is a trace', async () => {
    const {code, err} = await simulate(FILES, ['p.yaml', '-p', 't']);
    expect(code).toBe(2);
    expect(err).toContain('t:1:1: this looks like a trace, not a policy');
  });

  it('reads zstd data that begins with a skippable frame, as that of pzstd', async () => {
    const frame = Buffer.from('502a4d180400000001020304', 'hex');
    const ended = await simulate({'p.yaml': POLICY, t: Buffer.concat([frame, zstdCompressSync(TRACE)])}, [
      't',
      '-p',
      'p.yaml',
      '--json',
    ]);
    expect(reportOf(ended).trace.requests).toBe(4);
  });

  it.each(['/dev/zero', '/dev/full', '/dev/urandom'])('%s ends', async (path) => {
    expect((await simulate(FILES, [path, '-p', 'p.yaml'])).code).toBe(2);
    expect((await simulate(FILES, ['t', '-p', path])).code).toBe(2);
  });

  it('a folder as standard input is no empty trace', async () => {
    const cwd = folderWith(FILES);
    const script = '"$0" "$1" simulate - -p p.yaml < .';
    expect(() => execFileSync('sh', ['-c', script, process.execPath, BIN], {cwd, stdio: 'pipe'})).toThrow(
      /cannot read "<stdin>": it is a folder/,
    );
  });
});

describe('names and keys from attackers', {timeout: 60_000}, () => {
  it('a policy with a hostile name and a threshold that cannot be read', async () => {
    const name = `${EVIL}.yaml`;
    const {code, err} = await simulate({t: TRACE, [name]: `${POLICY}thresholds: ["${'\\e'}[2J"]\n`}, [
      't',
      `--policy=${name}`,
    ]);
    expect(code).toBe(2);
    expect(err).toContain('.yaml:4:14: thresholds[0]: threshold "\\u001b[2J"');
  });

  it.each([
    ['--shard', `${EVIL}/3`],
    ['--map', `key=ts,${EVIL}`],
    ['--fail-if', EVIL],
    ['--solve', EVIL],
    ['--format', EVIL],
    ['--delimiter', EVIL],
    ['--workers', EVIL],
    ['--output', EVIL],
    [`--${EVIL}`, ''],
  ])('%s with control characters', async (flag, value) => {
    const args = ['t', '-p', 'p.yaml', `${flag}=${value}`];
    const {code} = await simulate(FILES, flag === '--solve' ? [...args, '--target', 'denied < 1%'] : args);
    expect(code).toBe(2);
  });

  it('keys, in every form and file', async () => {
    const keys = [
      '',
      '\0',
      EVIL,
      '__proto__',
      'constructor',
      '1e5',
      'a|b`<i>',
      '::error::x',
      '=1+1',
      '\ud800',
      'x'.repeat(900_000),
    ];
    const trace = ndjson(keys.flatMap((key) => [[T, key] as const, [T, key] as const, [T, key] as const]));
    for (const form of ['table', 'wide', 'json', 'jsonl', 'md']) {
      const cwd = folderWith({'p.yaml': GATED, t: trace});
      const env = {GITHUB_STEP_SUMMARY: join(cwd, 's')};
      const args = ['simulate', 't', '-p', 'p.yaml', '-o', form, '--decisions', 'd', '--junit', 'j', '--ci'];
      expect((await attack(args, {cwd, env})).code).toBe(5);
      for (const file of ['d', 'j', 's']) expect(readFileSync(join(cwd, file), 'utf8')).not.toMatch(RAW);
    }
  });
});

describe('output files', {timeout: 60_000}, () => {
  it.each([
    ['the trace', ['--decisions', 't'], 'is the file of the trace too'],
    ['the trace by a link', ['--decisions', 'link'], 'is the file of the trace too'],
    ['the policy', ['--junit', './p.yaml'], 'is the file of --policy too'],
    ['the other policy', ['--decisions', 'q.yaml'], 'is the file of --against too'],
    ['one another', ['--decisions', 'd', '--junit', './d'], '--junit: "./d" is the file of --decisions too'],
    ['"-"', ['--decisions', '-'], '"-" is no file'],
    ['nothing', ['--junit', ''], '--junit: expected a path'],
    ['a folder to be', ['--decisions', 'new/'], 'names a folder'],
  ])('may not be %s', async (_, args, message) => {
    const cwd = folderWith({...FILES, 'q.yaml': POLICY});
    symlinkSync('t', join(cwd, 'link'));
    const {code, err} = await attack(['simulate', 't', '-p', 'p.yaml', '--against', 'q.yaml', ...args], {
      cwd,
    });
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it.each([
    ['the disk is full for JUnit', ['--junit', '/dev/full'], {}],
    ['the disk is full for the summary', ['--junit', 'j', '--ci'], {GITHUB_STEP_SUMMARY: '/dev/full'}],
    ['the summary is a folder', ['--junit', 'j', '--ci'], {GITHUB_STEP_SUMMARY: '.'}],
  ])('are not there when %s', async (_, args, env) => {
    const all = ['t', '-p', 'p.yaml', '--decisions', 'd', ...args];
    expect((await simulate({'p.yaml': GATED, t: TRACE}, all, {env})).code).toBe(2);
  });

  it('are not there, and the summary is as it was, when standard output cannot be written', () => {
    const cwd = folderWith({...FILES, summary: 'before\n'});
    const before = stateOf(cwd);
    const script = '"$0" "$1" simulate t -p p.yaml --decisions d --junit j --ci > /dev/full';
    const env = {...process.env, GITHUB_STEP_SUMMARY: join(cwd, 'summary')};
    expect(() =>
      execFileSync('sh', ['-c', script, process.execPath, BIN], {cwd, env, stdio: 'pipe'}),
    ).toThrow(/cannot write to standard output: no space left/);
    expect(stateOf(cwd)).toEqual(before);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('leave nothing behind on %s', async (signal, code) => {
    const cwd = folderWith(FILES);
    const child = spawn(process.execPath, [BIN, 'simulate', '-', '-p', 'p.yaml', '--decisions', 'd'], {cwd});
    child.stdin.on('error', () => undefined);
    child.stdin.write(TRACE);
    const aside = (): boolean => readdirSync(cwd).some((name) => name.endsWith('.tmp'));
    for (let i = 0; i < 3_000 && !aside(); i++) {
      child.stdin.write(TRACE.repeat(1000));
      await sleep(10);
    }
    expect(aside()).toBe(true);
    child.kill(signal);
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(code);
    expect(readdirSync(cwd).sort()).toEqual(['p.yaml', 't']);
  });
});

describe('pipes', {timeout: 60_000}, () => {
  const withFifo = (): string => {
    const cwd = folderWith(FILES);
    execFileSync('mkfifo', [join(cwd, 'fifo')]);
    return cwd;
  };

  it('are read when they come in pieces', async () => {
    const cwd = withFifo();
    const writer = spawn('sh', ['-c', 'head -c 50 t; sleep 0.2; tail -c +51 t'], {
      cwd,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const feed = spawn('sh', ['-c', 'cat > fifo'], {cwd, stdio: [writer.stdout, 'ignore', 'ignore']});
    const ended = await ratectl(['simulate', 'fifo', '-p', 'p.yaml', '--json'], {cwd});
    feed.kill();
    expect(reportOf(ended).trace.requests).toBe(4);
  });

  it.each([
    [['fifo', '--bounds'], '--bounds reads the trace several times'],
    [
      ['fifo', '--solve', 'limit.per-key.rate', '--target', 'denied == 0'],
      '--solve reads the trace several times',
    ],
    [['fifo', 'fifo'], '"fifo" is given twice'],
    [['-', '-'], '"-" is given twice'],
  ])('are not read twice: %j', async (args, message) => {
    const {code, err} = await attack(['simulate', '-p', 'p.yaml', ...args], {cwd: withFifo()});
    expect(code).toBe(2);
    expect(err).toContain(message);
  });

  it('that nobody writes to can be left with SIGTERM', async () => {
    const leftAfter = async (ms: number): Promise<unknown> => {
      const child = spawn(process.execPath, [BIN, 'simulate', 'fifo', '-p', 'p.yaml'], {cwd: withFifo()});
      const closed = new Promise((resolve) => child.on('close', resolve));
      await sleep(ms);
      child.kill('SIGTERM');
      return closed;
    };
    // On a busy machine it may not have begun, and the signal ended it as it ends any program.
    let code = await leftAfter(500);
    for (const ms of [1_000, 2_000, 5_000, 10_000]) code ??= await leftAfter(ms);
    expect(code).toBe(143);
  }, 60_000);
});

describe('ground that moves', {timeout: 60_000}, () => {
  it('a trace that becomes shorter while it is read is no shorter trace', async () => {
    const cutAfter = async (ms: number) => {
      const cwd = folderWith({'p.yaml': POLICY, t: TRACE.repeat(200_000)});
      const running = ratectl(['simulate', 't', '-p', 'p.yaml', '--sort', '--workers', '0'], {cwd});
      await sleep(ms);
      truncateSync(join(cwd, 't'), 1000);
      return running;
    };
    // On a busy machine it may not have begun to read, and the file was short from the start; or all was read when it was cut.
    let answer = await cutAfter(250);
    for (const ms of [500, 1_000, 250, 2_000, 500, 4_000, 8_000])
      if (answer.code === 0) answer = await cutAfter(ms);
    const {code, out, err} = answer;
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('cannot read "t": it became shorter while it was read');
  }, 120_000);

  it('a folder that is gone', () => {
    const cwd = folderWith({});
    mkdirSync(join(cwd, 'gone'));
    const script = 'rmdir ../gone; "$0" "$1" --version';
    expect(() =>
      execFileSync('sh', ['-c', script, process.execPath, BIN], {cwd: join(cwd, 'gone'), stdio: 'pipe'}),
    ).toThrow(/ratectl: the folder it was started in does not exist any more/);
  });
});

describe('simulate merge', {timeout: 60_000}, () => {
  it.each([
    ['null', 'null', 'it has no schema'],
    ['a list', '[]', 'it has no schema'],
    ['brackets', '['.repeat(200_000), 'it is not JSON'],
    ['another schema', '{"schema":"x"}', 'schema is "x"'],
    ['a whole run', '{"schema":"ratectl.simulate/1","data":{}}', 'it is the report of a whole run'],
    [
      'half a shard',
      '{"schema":"ratectl.simulate/1","data":{"shard":{"index":1}}}',
      'no index, of and thresholds',
    ],
    [
      'a shard without a trace',
      '{"schema":"ratectl.simulate/1","data":{"shard":{"index":1,"of":1,"thresholds":[]}}}',
      'it has no data.trace',
    ],
  ])('%s', async (_, content, message) => {
    const {code, err} = await attack(['simulate', 'merge', 's.json'], {cwd: folderWith({'s.json': content})});
    expect(code).toBe(2);
    expect(err).toMatch(/^ratectl: s\.json:1: /);
    expect(err).toContain(message);
  });

  it('ends on what has no end, and does not write over a report', async () => {
    const cwd = folderWith({'s.json': '{}'});
    writeFileSync(join(cwd, 'x'), '');
    expect((await attack(['simulate', 'merge', '/dev/zero'], {cwd})).err).toContain('larger than 64 MiB');
    expect((await attack(['simulate', 'merge', 's.json', '--junit', 's.json'], {cwd})).err).toContain(
      'is the file of a report too',
    );
  });
});
