import type {Policy} from '../engine/policy-model.ts';
import {PolicyError} from './policy-error.ts';
import {Problems} from './problems.ts';
import {type LocatedThreshold, readPolicy} from './read/read-policy.ts';
import {readPolicyFile} from './read-policy-file.ts';
import {parseJson} from './source/parse-json.ts';
import {parseYaml} from './source/parse-yaml.ts';
import {Positions} from './source/positions.ts';

/** A policy that is right, and where it comes from. */
export interface LoadedPolicy {
  readonly policy: Policy;
  readonly file: string;
  /** The text it was read from: what applications publish in the store. */
  readonly source: string;
  readonly thresholds: readonly LocatedThreshold[];
  /** What is allowed but probably not meant, with its place: `ratectl.yaml:7:11: …`. Safe to print. */
  readonly warnings: readonly string[];
}

/** Two JSON objects, or the time of an access log, in the first lines. */
const TRACE = /^\s*(?:\{.*\}\s*\n\s*\{|[^\n{}#]*\[\d{2}\/[A-Z][a-z]{2}\/\d{4}:)/;
const TRACE_HINT = 'the policy is what --policy names, the trace comes without a flag';

const EMPTY_HINT = 'ratectl init writes a policy to start from';

/**
 * Reads a policy from its text: JSON when the file's name ends in .json, else YAML 1.2 (which JSON is, too).
 * Throws a PolicyError that lists what is wrong with it.
 */
export const parsePolicy = (text: string, file: string): LoadedPolicy => {
  const body = text.startsWith('\ufeff') ? text.slice(1) : text;
  const problems = new Problems(file, new Positions(body));
  if (TRACE.test(body.slice(0, 4096))) {
    problems.report(0, '', 'this looks like a trace, not a policy', {hint: TRACE_HINT});
    problems.throwIfAny();
  }
  const parsed = /\.json$/i.test(file) ? parseJson(body) : parseYaml(body);
  if (parsed.kind === 'parsed') {
    const {policy, thresholds} = readPolicy(parsed.root, problems);
    problems.throwIfAny();
    return {policy, file, source: body, thresholds, warnings: problems.warnings};
  }
  if (parsed.kind === 'empty') problems.report(0, '', 'the policy is empty', {hint: EMPTY_HINT});
  else for (const {at, message, hint} of parsed.problems) problems.report(at, '', message, {hint});
  problems.throwIfAny();
  throw new Error('unreachable: every failure is a problem');
};

/** Line of the first byte that is not UTF-8. */
const lineOfBadByte = (bytes: Uint8Array): number => {
  let low = 0;
  let high = bytes.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    try {
      new TextDecoder('utf-8', {fatal: true}).decode(bytes.subarray(0, middle), {stream: true});
      low = middle;
    } catch {
      high = middle;
    }
  }
  let line = 1;
  for (let i = 0; i < low; i++) if (bytes[i] === 0x0a) line++;
  return line;
};

/** Reads a policy from a file. Throws a PolicyError, or a RatectlError that names the path when the file cannot be read. */
export const loadPolicy = (
  path: string,
  readFile: (path: string) => Uint8Array = readPolicyFile,
): LoadedPolicy => {
  const bytes = readFile(path);
  let text: string;
  try {
    text = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    const where = {file: path, line: lineOfBadByte(bytes)};
    const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    const message = wide ? 'the file is UTF-16, expected UTF-8' : 'the file is not UTF-8 text';
    throw new PolicyError([{message, where, expected: 'UTF-8', hint: 'save it as UTF-8'}]);
  }
  return parsePolicy(text, path);
};
