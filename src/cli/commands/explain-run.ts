import {isRatectlError, RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeJson} from '../../base/safe-text.ts';
import {type ExplainSubject, explainKey} from '../../operate/explain/explain-key.ts';
import {parseKey, selectorFromJson} from '../../operate/selector.ts';
import {explainMarkdown} from '../../view/explain/markdown.ts';
import {explainText} from '../../view/explain/text.ts';
import type {KeyExplanation} from '../../view/model/key-explanation.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {timesOf} from '../options/times.ts';
import {withTarget} from '../with-target.ts';
import type {ExplainFlags} from './explain.ts';
import {statusSource} from './status-run.ts';

export const runExplain = async (
  argument: string | undefined,
  flags: ExplainFlags,
  context: CliContext,
): Promise<void> => {
  const subject = subjectOf(argument, flags);
  // Refuses an unknown zone before a store is opened.
  timesOf(flags, 0, context);
  await withTarget(flags, context, 'read', async (target) => {
    const source = statusSource(target, context);
    const answer = await explainKey(source, {subject, cost: flags.cost, tier: flags.tier}).catch(withKeyHint);
    const warnings = [...target.warnings, ...answer.warnings];
    await context.streams.out.write(
      render(answer.explanation, {contextName: target.contextName, warnings}, flags, context),
    );
    await warn(warnings, flags, context);
  });
};

const render = (
  explanation: KeyExplanation,
  {contextName, warnings}: {readonly contextName: string | null; readonly warnings: readonly string[]},
  flags: ExplainFlags,
  context: CliContext,
): string => {
  const times = timesOf(flags, Date.parse(explanation.store.now), context);
  const format = outputFormat(flags);
  if (format === 'json')
    return `${safeJson(envelope('explain', explanation, warnings, context, contextName), 2)}\n`;
  return format === 'md'
    ? explainMarkdown(explanation, times)
    : explainText(explanation, contextName, times, styleOf(flags, context));
};

const subjectOf = (argument: string | undefined, flags: ExplainFlags): ExplainSubject => {
  if (flags.attributes !== undefined) {
    if (argument !== undefined)
      throw refusal(`${quoted(argument)} beside --attributes`, 'explain either a key or a request');
    return {kind: 'request', attributes: attributesOf(flags.attributes)};
  }
  if (argument === undefined)
    throw refusal('nothing to explain', 'name a key: LIMIT/KEY, or a request: --attributes ip=…,path=…');
  const text = flags.jsonKey === true ? selectorFromJson(argument) : argument;
  if (text === '') throw refusal('the key is empty', 'name a key: LIMIT/KEY');
  if (flags.key === true || !text.includes('/')) return {kind: 'key', key: text.toWellFormed()};
  return parseKey(text);
};

/** What stands before a `/` and is no limit may be the beginning of a key. */
const withKeyHint = (error: unknown): never => {
  if (!isRatectlError(error) || error.code !== 'selector/unknown-limit') throw error;
  const {code, exit, hint, message} = error;
  throw new RatectlError(message, {code, exit, hint: `a key that holds "/": --key; ${hint}`, cause: error});
};

/** `ip=…,path=…`: a comma separates where `name=` follows it, so that values may hold commas. */
const attributesOf = (lists: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(
    lists
      .flatMap((list) => list.split(/,(?=[A-Za-z_][A-Za-z0-9_.-]*=)/))
      .map((part) => {
        const match = /^([A-Za-z_][A-Za-z0-9_.-]*)=(.*)$/s.exec(part);
        if (match === null)
          throw refusal(
            `--attributes ${quoted(part)}, expected NAME=VALUE`,
            'for example: --attributes ip=203.0.113.7,path=/api',
          );
        return [match[1]!, match[2]!];
      }),
  );

const refusal = (message: string, hint: string): RatectlError =>
  new RatectlError(message, {code: 'usage/explain', hint});
