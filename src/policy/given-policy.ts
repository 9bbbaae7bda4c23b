import {type LoadedPolicy, loadPolicy, parsePolicy} from './load-policy.ts';

/** A policy file's content as an object; checked like a file. */
export interface PolicyObject {
  readonly version: 1;
  readonly [field: string]: unknown;
}

/** A policy as programs give it: the path of a file, the content as an object, or one that was loaded before. */
export type GivenPolicy = string | LoadedPolicy | PolicyObject;

/** Throws a PolicyError, or what `refuse` makes of a value that is no policy at all. */
export const loadGivenPolicy = (policy: GivenPolicy, refuse: (value: unknown) => Error): LoadedPolicy => {
  if (typeof policy === 'string') return loadPolicy(policy);
  if (typeof policy !== 'object' || policy === null) throw refuse(policy);
  if (isLoaded(policy)) return policy;
  return parsePolicy(JSON.stringify(policy), 'policy.json');
};

const isLoaded = (policy: LoadedPolicy | PolicyObject): policy is LoadedPolicy =>
  'thresholds' in policy && 'source' in policy && 'file' in policy;
