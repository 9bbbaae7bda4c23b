import {readdirSync, statSync} from 'node:fs';
import {resolve} from 'node:path';
import type {SettingsFlags} from '../../config/settings.ts';
import type {Policy} from '../../engine/policy-model.ts';
import type {CliContext} from '../context.ts';
import type {DynamicKind} from './dynamic-kinds.ts';

/** The words of the command line that say which configuration and policy hold. */
const FLAGS: ReadonlyMap<string, 'context' | 'policy'> = new Map([
  ['-c', 'context'],
  ['--context', 'context'],
  ['-p', 'policy'],
  ['--policy', 'policy'],
]);

const flagsIn = (words: readonly string[]): SettingsFlags => {
  const found: {context?: string; policy?: string} = {};
  words.forEach((word, i) => {
    const [, long, short, joined] = /^(?:(--[a-z]+)=|(-[cp])(?=.))(.*)$/s.exec(word) ?? [];
    const name = FLAGS.get(long ?? short ?? word);
    const value = joined ?? words[i + 1];
    if (name !== undefined && value !== undefined) found[name] = value;
  });
  return {...found, config: !words.includes('--no-config')};
};

/** The policy that a command with these words would use, without what applications published: no store is opened. */
const policyFor = async (words: readonly string[], context: CliContext): Promise<Policy | undefined> => {
  const [{resolveSettings}, {localPolicy, namedPolicy}] = await Promise.all([
    import('../../config/resolve-settings.ts'),
    import('../find-policy.ts'),
  ]);
  const settings = resolveSettings({flags: flagsIn(words), env: context.streams.env, cwd: context.cwd});
  const named = settings.policy?.value;
  // A pipe or /dev/stdin would be waited for, or emptied before the command reads it.
  if (named !== undefined && !statSync(resolve(context.cwd, named)).isFile()) return undefined;
  return (namedPolicy(settings, context) ?? localPolicy(context.cwd)).policy?.policy;
};

const contextNames = async (
  words: readonly string[],
  {cwd, streams}: CliContext,
): Promise<readonly string[]> => {
  const {loadConfig} = await import('../../config/load-config.ts');
  return [...loadConfig(cwd, streams.env, words.includes('--no-config') ? 'none' : 'files').contexts.keys()];
};

const tierNames = ({limits}: Policy): readonly string[] => [
  ...new Set(limits.flatMap(({plan}) => (plan.kind === 'tiered' ? [...plan.tiers.keys()] : []))),
];

const namesIn = (policy: Policy, kind: DynamicKind): readonly string[] => {
  switch (kind) {
    case 'keys':
      return policy.limits.map(({name}) => `${name}/`);
    case 'providers':
      return policy.tokens.map(({name}) => name);
    case 'breakers':
      return policy.breakers.map(({name}) => name);
    case 'pools':
      return policy.pools.map(({name}) => name);
    case 'queues':
      return policy.queues.map(({name}) => name);
    case 'tiers':
      return tierNames(policy);
    default:
      return [];
  }
};

const SQLITE = 'sqlite:';

/** Files and folders that the path may go on with; hidden ones when a dot is typed, as shells do. */
const databaseFiles = (path: string, cwd: string): readonly string[] => {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const hidden = path.slice(folder.length).startsWith('.');
  return readdirSync(resolve(cwd, folder), {withFileTypes: true})
    .filter(({name}) => name.startsWith('.') === hidden && !/-(?:wal|shm)$/.test(name))
    .map((entry) => `${SQLITE}${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort();
};

/** A list with commas: what is there stays, and the next item is one that is not there yet. */
const nextItems = (typed: string, names: readonly string[]): readonly string[] => {
  const before = typed.slice(0, typed.lastIndexOf(',') + 1);
  const there = before.split(',');
  return names.filter((name) => !there.includes(name)).map((name) => before + name);
};

const all = async (
  kind: DynamicKind,
  typed: string,
  words: readonly string[],
  context: CliContext,
): Promise<readonly string[]> => {
  switch (kind) {
    case 'contexts':
      return contextNames(words, context);
    case 'stores':
      return typed.startsWith(SQLITE)
        ? databaseFiles(typed.slice(SQLITE.length), context.cwd)
        : [SQLITE, 'redis://', 'rediss://', 'postgres://'];
    case 'fields':
      return nextItems(typed, (await import('../../view/status/fields.ts')).STATUS_FIELD_NAMES);
    case 'states':
      return nextItems(typed, (await import('../../view/model/status-report.ts')).STATUS_STATES);
    case 'areas':
      return nextItems(typed, (await import('../../view/model/doctor-report.ts')).DOCTOR_AREAS);
    default: {
      const policy = await policyFor(words, context);
      return policy === undefined ? [] : namesIn(policy, kind);
    }
  }
};

/**
 * Words that may stand at the cursor. `typed`: what is there of the word; `words`: those before it. Reads the
 * configuration and the policy file, and nothing else: no store, no network. What is wrong with either is not the
 * matter of a TAB: then there are none.
 */
export const dynamicValues = async (
  kind: DynamicKind,
  typed: string,
  words: readonly string[],
  context: CliContext,
): Promise<readonly string[]> => {
  try {
    const values = await all(kind, typed, words, context);
    // One to a line: a name with a line end cannot be told, nor can one that would move the cursor.
    return values.filter((value) => value.startsWith(typed) && !/\p{Cc}/u.test(value));
  } catch {
    return [];
  }
};
