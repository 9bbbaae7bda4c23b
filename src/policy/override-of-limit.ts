import {RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {didYouMean} from '../base/suggest.ts';
import type {Override} from '../engine/policy-model.ts';
import type {LoadedPolicy} from './load-policy.ts';
import {PolicyError} from './policy-error.ts';
import {Problems} from './problems.ts';
import {readLimit} from './read/read-limit.ts';
import {parseJson} from './source/parse-json.ts';
import {parseYaml} from './source/parse-yaml.ts';
import {Positions} from './source/positions.ts';
import type {MapNode, SourceNode} from './source/source-node.ts';

/** An override, and what is allowed about it but probably not meant. */
export interface ReadOverride {
  readonly override: Override;
  readonly warnings: readonly string[];
}

/** The override's own path while it is read; messages have it, and lose it again. */
const PATH = 'limit.overrides.override.';

/**
 * Reads the parameters of an override for one limit exactly as if they stood in the policy file under `overrides`: what they
 * leave out comes from the limit. Values are written as in YAML: `{rate: '100/s', burst: '20'}`, or it is a word.
 *
 * Throws a RatectlError (exit 2) that names each wrong parameter by its flag, or the limit when the policy has none of it.
 */
export const overrideOfLimit = (
  loaded: LoadedPolicy,
  limit: string,
  parameters: Readonly<Record<string, string>> | 'block' | 'exempt',
  flagOf: (parameter: string) => string = (parameter) => `--${parameter}`,
): ReadOverride => {
  const node = limitNode(loaded, limit);
  if (typeof parameters === 'string') return {override: {kind: parameters}, warnings: []};
  const entries = Object.entries(parameters).map(([key, text]) => ({
    key,
    keyAt: node.at,
    value: parameterNode(flagOf(key), text, node.at),
  }));
  const bucket: MapNode = {kind: 'map', at: node.at, entries};
  const problems = new Problems(loaded.file, new Positions(loaded.source));
  const spec = readLimit(withOverride(node, bucket), 'limit', new Map(), problems);
  try {
    problems.throwIfAny();
  } catch (error) {
    throw error instanceof PolicyError ? refusal(error, limit, flagOf) : error;
  }
  const override = spec?.overrides.get('override');
  if (override === undefined) throw new Error('unreachable: every failure is a problem');
  const warnings = problems.warnings
    .filter((warning) => warning.includes(PATH))
    .map((warning) => asFlag(warning.slice(warning.indexOf(PATH)), flagOf));
  return {override, warnings};
};

const limitNode = (loaded: LoadedPolicy, limit: string): MapNode => {
  const parsed = /\.json$/i.test(loaded.file) ? parseJson(loaded.source) : parseYaml(loaded.source);
  const root = parsed.kind === 'parsed' ? parsed.root : undefined;
  const limits = memberOf(root, 'limits');
  const items = limits?.kind === 'list' ? limits.items : [];
  const found = items.find((item) => {
    const name = memberOf(item, 'name');
    return name?.kind === 'scalar' && name.value === limit;
  });
  if (found?.kind === 'map') return found;
  const names = loaded.policy.limits.map(({name}) => name);
  throw new RatectlError(`unknown limit ${quoted(limit)}${didYouMean(limit, names)}`, {
    code: 'selector/unknown-limit',
    hint: `the policy has ${names.map((name) => quoted(name)).join(', ')}`,
  });
};

const memberOf = (node: SourceNode | undefined, name: string): SourceNode | undefined =>
  node?.kind === 'map' ? node.entries.find(({key}) => key === name)?.value : undefined;

const withOverride = (limit: MapNode, bucket: MapNode): MapNode => {
  const overrides: MapNode = {
    kind: 'map',
    at: limit.at,
    entries: [{key: 'override', keyAt: limit.at, value: bucket}],
  };
  return {
    ...limit,
    entries: [
      ...limit.entries.filter(({key}) => key !== 'overrides'),
      {key: 'overrides', keyAt: limit.at, value: overrides},
    ],
  };
};

/** A value of the command line as YAML would read it: `20` is a number, `10/s` a text, `{every: 1s}` a mapping. */
const parameterNode = (flag: string, text: string, at: number): SourceNode => {
  const parsed = text.length <= 1_000 ? parseYaml(text) : undefined;
  if (parsed?.kind === 'parsed') return parsed.root;
  if (parsed?.kind === 'empty') return {kind: 'scalar', at, value: null, source: ''};
  throw new RatectlError(`${flag}: cannot read ${quoted(text)}`, {
    code: 'policy/invalid',
    hint: 'write it as in a policy file',
  });
};

const refusal = (error: PolicyError, limit: string, flagOf: (parameter: string) => string): RatectlError => {
  const texts = error.problems.map(({message, hint}) => {
    const what = asFlag(message, flagOf);
    return hint === undefined ? what : `${what} (${hint})`;
  });
  return new RatectlError(
    texts.length === 1 ? texts[0]! : ['the override has several problems', ...texts].join('\n  '),
    {
      code: 'policy/invalid',
      hint: `parameters are those of a bucket in the policy file; what is left out comes from the limit ${quoted(limit)}`,
    },
  );
};

/** `limit.overrides.override.rate: expected …` as `--rate: expected …`. */
const asFlag = (message: string, flagOf: (parameter: string) => string): string => {
  if (!message.startsWith(PATH)) return message.replace(/^limit\.overrides\.override: /, '');
  return message.slice(PATH.length).replace(/^\w+/, flagOf);
};
