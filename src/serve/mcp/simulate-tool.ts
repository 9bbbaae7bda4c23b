import {Readable} from 'node:stream';
import {RatectlError} from '../../base/ratectl-error.ts';
import type {Policy} from '../../engine/policy-model.ts';
import type {LoadedPolicy} from '../../policy/load-policy.ts';
import {loadPolicy, parsePolicy} from '../../policy/load-policy.ts';
import {readPolicyFile} from '../../policy/read-policy-file.ts';
import {runRehearsal} from '../../simulate/rehearsal/run-rehearsal.ts';
import {isRehearsal, parseServerModel, type ServerModel} from '../../simulate/rehearsal/server-model.ts';
import {reportOfRun} from '../../simulate/report-of-run.ts';
import {runReplay, type TraceInput} from '../../simulate/run-replay.ts';
import {judge, parseThreshold, refuseUnmeasured} from '../../simulate/threshold.ts';
import {parseFieldMapping} from '../../trace/field-mapping.ts';
import {formatNamed} from '../../trace/formats/registry.ts';
import type {SimulateReport} from '../../view/model/simulate-report.ts';
import {simulateTable} from '../../view/simulate/table.ts';
import type {Wrap} from '../status-api.ts';
import type {Arguments} from './fields.ts';
import {fileBelow} from './file-below.ts';
import {TEXT_STYLE, type Tool} from './tool.ts';

export interface SimulateParts {
  readonly wrap: Wrap;
  /** Files below it may be read. */
  readonly root: string;
}

const MOST_POLICY = 262_144;
const MOST_TRACE_TEXT = 1_048_576;
const MOST_TRACE_BYTES = 256 * 1_048_576;
const LONGEST_MS = 30_000;

/** Replays a trace against a policy. One at a time, for 30 s at most, in this thread: answers of others come between its pieces. */
export const simulateTool = ({wrap, root}: SimulateParts): Tool => {
  let running = false;
  return {
    name: 'simulate',
    title: 'Replay a trace against a policy',
    description:
      'What a policy would have decided about recorded traffic: allowed and denied by limit and key. Give policy or policyPath, and trace or tracePath (JSON lines such as {"t":1700000000,"ip":"203.0.113.7","path":"/api"}, CSV, or an access log). Nothing live is touched.',
    effect: 'looks',
    fields: {
      policy: {kind: 'text', most: MOST_POLICY, about: 'The policy as YAML or JSON.'},
      policyPath: {kind: 'text', about: 'Path of a policy file below --root.'},
      trace: {kind: 'text', most: MOST_TRACE_TEXT, about: 'The trace itself, at most 1 MiB.'},
      tracePath: {
        kind: 'text',
        about: 'Path of a trace below --root, at most 256 MiB; gzip and zstd are read.',
      },
      format: {kind: 'text', about: 'Format of the trace; by default its first lines tell.'},
      map: {kind: 'text', about: 'Attributes from other fields: t=ts_ms,key=user,cost=n.'},
      threshold: {kind: 'text', about: 'A condition to judge, such as: denied < 0.1%'},
      capacity: {
        kind: 'text',
        about: 'Rehearses the traffic on a server that works on so many requests at once, such as: 20.',
      },
      serviceTime: {
        kind: 'text',
        about:
          'How long it works on one: 20ms, exp(20ms), lognormal(20ms,200ms); by default what the trace says.',
      },
      deadline: {kind: 'text', about: 'Clients give up after this, such as: 1s.'},
    },
    async run(given) {
      if (running)
        throw new RatectlError('another replay is under way', {
          code: 'serve/busy',
          hint: 'ask again when it is over',
        });
      running = true;
      try {
        const {report, warnings} = await replay(given, root);
        return {json: wrap('simulate', report, warnings), text: simulateTable(report, TEXT_STYLE)};
      } finally {
        running = false;
      }
    },
  };
};

const replay = async (
  given: Arguments,
  root: string,
): Promise<{readonly report: SimulateReport; readonly warnings: readonly string[]}> => {
  const policy = policyOf(given, root);
  const names = policy.policy.limits.map(({name}) => name);
  const threshold = given.text('threshold');
  const asked = threshold === undefined ? [] : [parseThreshold(threshold, 'threshold', names)];
  const thresholds = [
    ...policy.thresholds.map(({text, line}) => parseThreshold(text, `${policy.file}:${line}`, names)),
    ...asked,
  ];
  const server = serverOf(given, policy.policy);
  refuseUnmeasured(thresholds, {server, against: undefined});
  const format = given.text('format');
  const text = oneOf(given, 'trace', 'tracePath');
  const path = text === undefined ? fileBelow(root, given.text('tracePath')!, MOST_TRACE_BYTES) : '-';
  const end = performance.now() + LONGEST_MS;
  const input: TraceInput = {
    paths: [path],
    open: {
      format: format === undefined ? undefined : formatNamed(format),
      mapping: parseFieldMapping(given.text('map') === undefined ? [] : [given.text('map')!]),
      timeUnit: undefined,
      delimiter: undefined,
      stdin: Readable.from(text === undefined || text === '' ? [] : [Buffer.from(text)]),
    },
    read: {workers: 0, threadsFrom: Number.POSITIVE_INFINITY, sort: false},
    strict: false,
  };
  const progress = {
    update: () => {
      if (performance.now() > end) throw tooLong();
    },
  };
  const options = {policy: policy.policy, against: undefined, decisions: undefined};
  const run =
    server === undefined
      ? await runReplay(input, {...options, shard: undefined}, undefined, progress)
      : await runRehearsal(input, {...options, server}, undefined, progress);
  const measured = reportOfRun(run, [text === undefined ? given.text('tracePath')! : 'trace']);
  const report = {...measured, thresholds: thresholds.map((one) => judge(one, measured))};
  const bad = run.trace.problems
    .slice(0, 3)
    .map(({line, reason}) => `line ${line} of the trace was left out: ${reason}`);
  return {report, warnings: [...policy.warnings, ...run.trace.notes, ...bad]};
};

/** The server to rehearse with; undefined: rate limits are replayed. */
const serverOf = (given: Arguments, policy: Policy): ServerModel | undefined => {
  const flags = Object.fromEntries(
    ['capacity', 'serviceTime', 'deadline'].flatMap((name) => {
      const text = given.text(name);
      return text === undefined ? [] : [[name, text]];
    }),
  );
  return isRehearsal([policy], flags) ? parseServerModel(flags) : undefined;
};

const policyOf = (given: Arguments, root: string): LoadedPolicy => {
  const text = oneOf(given, 'policy', 'policyPath');
  if (text !== undefined) return parsePolicy(text, 'policy.yaml');
  const path = given.text('policyPath')!;
  const real = fileBelow(root, path, MOST_POLICY);
  return loadPolicy(path, () => readPolicyFile(path, real));
};

/** The text when it is given; undefined: its path is. Throws when neither is, or both. */
const oneOf = (given: Arguments, name: string, path: string): string | undefined => {
  const text = given.text(name);
  if ((text === undefined) === (given.text(path) === undefined))
    throw new RatectlError(`expected either ${name} or ${path}`, {
      code: 'usage/argument',
      hint: `${name} is the text itself, ${path} a file below --root`,
    });
  return text;
};

const tooLong = (): RatectlError =>
  new RatectlError(`the replay takes longer than ${LONGEST_MS / 1_000} s`, {
    code: 'serve/too-long',
    hint: 'replay it with ratectl simulate, or give a part of the trace',
  });
