import {resolve} from 'node:path';
import {ExitCode} from '../../base/exit-code.ts';
import {isRatectlError} from '../../base/ratectl-error.ts';
import {safeJson, safeText} from '../../base/safe-text.ts';
import {DEGRADED_MODES} from '../../engine/control/control-spec.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {loadPolicy} from '../../policy/load-policy.ts';
import {type PolicyError, type PolicyProblem, problemText} from '../../policy/policy-error.ts';
import {readPolicyFile} from '../../policy/read-policy-file.ts';
import {checkThresholds} from '../check-thresholds.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {errorText} from '../error-text.ts';
import {tell} from '../notes.ts';
import {type OutputFlags, outputFormat} from '../options/output.ts';

/** What was found out about one file; part of the JSON answer. */
interface FileResult extends PolicyNames {
  readonly file: string;
  readonly ok: boolean;
  readonly problems: readonly JsonProblem[];
}

/** Names of what a policy has, in its order; empty when it is wrong. */
type PolicyNames = Readonly<Record<keyof typeof NOUNS, readonly string[]>>;

interface JsonProblem {
  readonly message: string;
  readonly line?: number;
  readonly column?: number;
  readonly expected?: string;
  readonly hint?: string;
}

interface Checked {
  readonly result: FileResult;
  /** For people, on stderr. */
  readonly text: string;
  readonly warnings: readonly string[];
}

/** Checks every file, also after one that is wrong. */
export const runValidate = async (
  files: readonly string[],
  flags: OutputFlags,
  context: CliContext,
): Promise<void> => {
  const checked = files.map((file) => check(file, context));
  const warnings = checked.flatMap(({warnings}) => warnings);
  if (checked.some(({result}) => !result.ok)) context.exitCode = ExitCode.usage;
  if (outputFormat(flags) === 'json') {
    const answer = envelope('validate', {files: checked.map(({result}) => result)}, warnings, context);
    await context.streams.out.write(`${safeJson(answer, 2)}\n`);
    return;
  }
  for (const {result, text} of checked)
    await (result.ok ? context.streams.out : context.streams.err).write(text);
  await tell(warnings, flags, context);
};

const check = (file: string, context: CliContext): Checked => {
  try {
    const loaded = loadPolicy(file, (path) => readPolicyFile(path, resolve(context.cwd, path)));
    checkThresholds(loaded);
    const names = namesIn(loaded.policy);
    const found = PARTS.flatMap((part) => {
      const named = names[part];
      const [one, several] = NOUNS[part];
      return named.length === 0
        ? []
        : [`${named.length} ${named.length === 1 ? one : several} (${namesText(named)})`];
    });
    const text = `${safeText(file)}: ok: ${found.join(', ')}\n`;
    return {result: {file, ok: true, ...names, problems: []}, text, warnings: loaded.warnings};
  } catch (error) {
    if (!isRatectlError(error)) throw error;
    const problems = 'problems' in error ? (error as PolicyError).problems : undefined;
    const text =
      problems === undefined
        ? errorText(error, false)
        : problems.map((problem) => `${problemText(problem)}\n`).join('');
    const found = problems?.map(jsonProblem) ?? [
      {message: error.message, ...(error.hint === undefined ? {} : {hint: error.hint})},
    ];
    return {
      result: {file, ok: false, ...namesIn(NOTHING), problems: found},
      text,
      warnings: [],
    };
  }
};

/** What a policy can have, in the order in which it is told: one of it, several of it. */
const NOUNS = {
  limits: ['limit', 'limits'],
  priorities: ['priority class', 'priority classes'],
  pools: ['pool', 'pools'],
  tokens: ['token provider', 'token providers'],
  queues: ['queue', 'queues'],
  breakers: ['breaker', 'breakers'],
  adaptive: ['adaptive controller', 'adaptive controllers'],
  behaviour: ['limit by behaviour', 'limits by behaviour'],
  degradation: ['degradation mode', 'degradation modes'],
} as const;

const PARTS = Object.keys(NOUNS) as readonly (keyof typeof NOUNS)[];

type Named = Omit<Policy, 'charge' | 'onStoreError' | 'thresholds'>;

const NOTHING: Named = {
  limits: [],
  priorities: [],
  pools: [],
  tokens: [],
  queues: [],
  breakers: [],
  adaptive: [],
  behaviour: [],
  degradation: undefined,
};

const namesIn = (policy: Named): PolicyNames => {
  const namesOf = (part: readonly {readonly name: string}[]): readonly string[] => part.map(({name}) => name);
  return {
    limits: namesOf(policy.limits),
    priorities: namesOf(policy.priorities),
    pools: namesOf(policy.pools),
    tokens: namesOf(policy.tokens),
    queues: namesOf(policy.queues),
    breakers: namesOf(policy.breakers),
    adaptive: namesOf(policy.adaptive),
    behaviour: policy.behaviour.map(({limit}) => limit),
    degradation: policy.degradation === undefined ? [] : DEGRADED_MODES,
  };
};

const SHOWN_NAMES = 8;

const namesText = (names: readonly string[]): string =>
  names.length <= SHOWN_NAMES ? names.join(', ') : `${names.slice(0, SHOWN_NAMES).join(', ')}, …`;

const jsonProblem = ({message, where, expected, hint}: PolicyProblem): JsonProblem => ({
  message,
  ...(where.line === undefined ? {} : {line: where.line}),
  ...(where.column === undefined ? {} : {column: where.column}),
  ...(expected === undefined ? {} : {expected}),
  ...(hint === undefined ? {} : {hint}),
});
