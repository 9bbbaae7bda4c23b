/**
 * What a command is about, as it is typed: one key, or several when that is asked for.
 *
 * | kind | text | what |
 * |---|---|---|
 * | `exact` | `limit/key` | one key: everything behind the first `/`, as it is, glob characters included |
 * | `prefix` | `limit/pre` | the keys of a limit that begin with `pre`; `limit/` is all of them |
 * | `glob` | `pattern/pattern` | limits and keys that match: `*` any run, `?` one character, `\` quotes |
 * | `all` | nothing | everything |
 *
 * Names of limits hold no `/`.
 */
import {isRatectlError, RatectlError} from '../base/ratectl-error.ts';
import {quoted} from '../base/safe-text.ts';
import {shellArgument} from '../base/shell-word.ts';

import {didYouMean} from '../base/suggest.ts';
import type {RowAddress} from '../engine/live/check.ts';
import type {Policy} from '../engine/policy-model.ts';
import {compileKeyGlob} from '../store/key-glob.ts';
import type {RowSelection} from '../store/port.ts';

export type SelectorKind = 'exact' | 'prefix' | 'glob' | 'all';

export type Selector =
  | {readonly kind: 'exact'; readonly limit: string; readonly key: string}
  | {readonly kind: 'prefix'; readonly limit: string; readonly prefix: string}
  | {readonly kind: 'glob'; readonly limitPattern: string; readonly keyPattern: string}
  | {readonly kind: 'all'};

/** Takes a selector apart. `all` takes no text. Throws a RatectlError (exit 2) that says what was expected. */
export const parseSelector = (text: string, {kind}: {readonly kind: SelectorKind}): Selector => {
  if (kind === 'all') {
    if (text === '') return {kind};
    throw refusal(`${quoted(text)} beside --all`, 'leave one of them out: --all is every key of every limit');
  }
  const whole = text.toWellFormed();
  const slash = whole.indexOf('/');
  const limit = whole.slice(0, slash);
  const rest = whole.slice(slash + 1);
  if (slash < 0) {
    const form =
      kind === 'exact' ? 'LIMIT/KEY' : kind === 'prefix' ? 'LIMIT/PREFIX' : 'LIMIT-PATTERN/KEY-PATTERN';
    throw refusal(`${quoted(text)} names no limit, expected ${form}`, missingLimitHint(text, kind));
  }
  if (limit === '')
    throw refusal(
      `${quoted(text)} has no limit before the "/"`,
      'write it as LIMIT/KEY; a key that begins with "/" has two of them: LIMIT//path',
    );
  if (kind === 'glob') return {kind, limitPattern: limit, keyPattern: rest};
  if (kind === 'prefix') return {kind, limit, prefix: rest};
  if (rest === '')
    throw refusal(
      `${quoted(text)} has no key behind the "/"`,
      `for all keys of the limit: --prefix ${shellArgument(text, 'LIMIT/')}`,
    );
  return {kind, limit, key: rest};
};

/** The text in a JSON string (`"per-ip/a\u001b"`): for keys that no shell can type. */
export const selectorFromJson = (json: string): string => {
  let text: unknown;
  try {
    text = JSON.parse(json);
  } catch {
    text = undefined;
  }
  if (typeof text === 'string') return text;
  throw refusal(`${quoted(json)} is not a JSON string`, `write it like '"per-ip/a\\u001b"', quotes included`);
};

/** As `parseSelector`, of a text written as a JSON string. */
export const parseJsonSelector = (json: string, options: {readonly kind: SelectorKind}): Selector =>
  parseSelector(selectorFromJson(json), options);

/** One key, for a command that takes no more: its refusals offer none of the flags that select several. */
export const parseKey = (text: string): Extract<Selector, {kind: 'exact'}> => {
  try {
    const selector = parseSelector(text, {kind: 'exact'});
    if (selector.kind === 'exact') return selector;
  } catch (error) {
    if (!isRatectlError(error) || text.startsWith('/')) throw error;
    throw refusal(error.message, 'it is about one key: LIMIT/KEY, as ratectl status lists them');
  }
  throw new Error('unreachable: an exact selector was asked for');
};

/** What to ask `Rows.scan` for. It may give more than is selected (exact keys, globs over limits): pass every row through `selectorTest`. */
export const rowSelectionOf = (selector: Selector): RowSelection => {
  switch (selector.kind) {
    case 'all':
      return {keys: {kind: 'all'}};
    case 'exact':
      return {limit: selector.limit, keys: {kind: 'prefix', prefix: selector.key}};
    case 'prefix':
      return {limit: selector.limit, keys: keysFrom(selector.prefix)};
    case 'glob': {
      const {limitPattern, keyPattern} = selector;
      return {
        ...(/[*?\\]/.test(limitPattern) ? {} : {limit: limitPattern}),
        keys: keyPattern === '*' ? {kind: 'all'} : {kind: 'glob', pattern: keyPattern},
      };
    }
  }
};

/** Whether an address is one that the selector means, without asking a store. */
export const selectorTest = (
  selector: Selector,
): ((address: Pick<RowAddress, 'limit' | 'key'>) => boolean) => {
  switch (selector.kind) {
    case 'all':
      return () => true;
    case 'exact':
      return ({limit, key}) => limit === selector.limit && key === selector.key;
    case 'prefix':
      return ({limit, key}) => limit === selector.limit && key.startsWith(selector.prefix);
    case 'glob': {
      const limitMatches = compileKeyGlob(selector.limitPattern);
      const keyMatches = compileKeyGlob(selector.keyPattern);
      return ({limit, key}) => limitMatches(limit) && keyMatches(key);
    }
  }
};

/** Names of limits hold no colon. */
const BEHAVIOUR = 'behaviour:';

/** What is selected of a limit when it is the behaviour of its keys that is meant: `behaviour:LIMIT/…`. Undefined: it is not. */
export const behaviourSelector = (selector: Selector): Exclude<Selector, {kind: 'all'}> | undefined => {
  switch (selector.kind) {
    case 'all':
      return undefined;
    case 'glob':
      return selector.limitPattern.startsWith(BEHAVIOUR)
        ? {...selector, limitPattern: selector.limitPattern.slice(BEHAVIOUR.length)}
        : undefined;
    default:
      return selector.limit.startsWith(BEHAVIOUR)
        ? {...selector, limit: selector.limit.slice(BEHAVIOUR.length)}
        : undefined;
  }
};

/** Throws when an exact or prefix selector names a limit that the policy does not have. A glob may match what a policy no longer has. */
export const requireKnownLimit = (selector: Selector, policy: Policy): void => {
  if (selector.kind !== 'exact' && selector.kind !== 'prefix') return;
  const names = policy.limits.map(({name}) => name);
  if (names.includes(selector.limit)) return;
  throw refusal(
    `unknown limit ${quoted(selector.limit)}${didYouMean(selector.limit, names)}`,
    `the policy has ${namesText(names)}; keys of a limit that it no longer has: ratectl status --match ${shellArgument(`${quoteKeyGlob(selector.limit)}/*`, 'LIMIT/*')}`,
    'selector/unknown-limit',
  );
};

/** As it is typed, with the flag: for plans, receipts, audit and messages. Not made safe to print. */
export const selectorText = (selector: Selector): string => {
  switch (selector.kind) {
    case 'all':
      return '--all';
    case 'exact':
      return `${selector.limit}/${selector.key}`;
    case 'prefix':
      return `--prefix ${selector.limit}/${selector.prefix}`;
    case 'glob':
      return `--match ${selector.limitPattern}/${selector.keyPattern}`;
  }
};

/** A pattern that matches exactly this key. */
export const quoteKeyGlob = (key: string): string => key.replace(/[\\*?]/g, '\\$&');

const keysFrom = (prefix: string): RowSelection['keys'] =>
  prefix === '' ? {kind: 'all'} : {kind: 'prefix', prefix};

const SHOWN_NAMES = 10;

const namesText = (names: readonly string[]): string => {
  const shown = names.slice(0, SHOWN_NAMES).map((name) => quoted(name));
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
};

const missingLimitHint = (text: string, kind: SelectorKind): string => {
  const prefix = `--prefix ${shellArgument(`${text}/`, 'LIMIT/')}`;
  const match = (pattern: string, placeholder: string): string =>
    `--match ${shellArgument(`*/${pattern}`, `*/${placeholder}`)}`;
  if (kind === 'glob') return `for any limit: ${match(text, 'PATTERN')}`;
  if (kind === 'prefix')
    return `for a whole limit: ${prefix}; for any limit: ${match(`${quoteKeyGlob(text)}*`, 'PREFIX*')}`;
  return `a key of any limit: ${match(quoteKeyGlob(text), 'KEY')}; all keys of a limit: ${prefix}`;
};

const refusal = (message: string, hint: string, code = 'selector/malformed'): RatectlError =>
  new RatectlError(message, {code, hint});
