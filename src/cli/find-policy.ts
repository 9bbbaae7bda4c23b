import {statSync} from 'node:fs';
import {dirname, join, resolve} from 'node:path';
import {formatDuration} from '../base/duration.ts';
import {isRatectlError} from '../base/ratectl-error.ts';
import {safeText} from '../base/safe-text.ts';
import {shownPath} from '../config/config-places.ts';
import {describeOrigin} from '../config/describe-origin.ts';
import type {Settings} from '../config/settings.ts';
import {type LoadedPolicy, loadPolicy, parsePolicy} from '../policy/load-policy.ts';
import {readPolicyFile} from '../policy/read-policy-file.ts';
import type {Documents, StoredDocument} from '../store/port.ts';
import type {CliContext} from './context.ts';

export interface FoundPolicy {
  readonly policy: LoadedPolicy | undefined;
  /** Where it is from, for people. Safe to print. */
  readonly from: string | undefined;
  readonly warnings: readonly string[];
}

const NAMES = ['ratectl.yaml', 'ratectl.yml', 'ratectl.json'];

const load = (path: string, cwd: string): LoadedPolicy =>
  loadPolicy(shownPath(path, cwd), (file) => readPolicyFile(file, resolve(cwd, file)));

/** The policy that flags, environment or configuration name; undefined when none of them does. Needs no store. */
export const namedPolicy = ({policy}: Settings, {cwd}: CliContext): FoundPolicy | undefined => {
  if (policy === undefined) return undefined;
  const loaded = load(policy.value, cwd);
  const from = policy.origin.kind === 'flag' ? '' : ` (${describeOrigin(policy.origin)})`;
  return {policy: loaded, from: `${safeText(loaded.file)}${from}`, warnings: []};
};

/** The policy that applications published in the store, else ratectl.yaml of this folder or the nearest above it. */
export const discoveredPolicy = async (
  store: Pick<Documents, 'get'>,
  now: number,
  {cwd}: CliContext,
): Promise<FoundPolicy> => {
  const document = await store.get('policy', 'current');
  const published = document === undefined ? undefined : readPublished(document, now);
  if (published?.policy !== undefined) return published;
  const warnings = published?.warnings ?? [];
  return {...localPolicy(cwd), warnings};
};

/** ratectl.yaml of this folder or the nearest above it. */
export const localPolicy = (cwd: string): FoundPolicy => {
  const path = nearest(cwd);
  if (path === undefined) return {policy: undefined, from: undefined, warnings: []};
  return {policy: load(path, cwd), from: safeText(shownPath(path, cwd)), warnings: []};
};

/** What is in the store may be from a newer version, or from nobody we know: it is read like any file. */
const readPublished = ({value}: StoredDocument, now: number): FoundPolicy => {
  const {source, file, at} = (typeof value === 'object' && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  const unusable = (why: string): FoundPolicy => ({
    policy: undefined,
    from: undefined,
    warnings: [`the policy that was published in the store cannot be used: ${why}`],
  });
  if (typeof source !== 'string' || typeof file !== 'string')
    return unusable('it is no text with the name of a file');
  try {
    const age = typeof at === 'number' && at > 0 && at <= now ? ` ${formatDuration(now - at)} ago` : '';
    return {policy: parsePolicy(source, file), from: `published by the applications${age}`, warnings: []};
  } catch (error) {
    if (!isRatectlError(error)) throw error;
    // A warning is one line: the first problem of several stands for them.
    const [first, second] = error.message.split('\n');
    return unusable(second === undefined ? first! : `${first}, the first: ${second.trim()}`);
  }
};

/** A named pipe that somebody left there is no policy: opening it would never end. */
const isThere = (path: string): boolean => {
  try {
    return !statSync(path).isFIFO();
  } catch {
    return false;
  }
};

const nearest = (from: string): string | undefined => {
  for (let folder = from; ; folder = dirname(folder)) {
    const found = NAMES.map((name) => join(folder, name)).find(isThere);
    if (found !== undefined || dirname(folder) === folder) return found;
  }
};
