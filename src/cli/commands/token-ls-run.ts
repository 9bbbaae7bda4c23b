import {ExitCode} from '../../base/exit-code.ts';
import {toRfc3339} from '../../base/micros.ts';
import {safeJson} from '../../base/safe-text.ts';
import {EMPTY_RECORD} from '../../engine/refresh/refresh-record.ts';
import {readTokenDocument, TOKEN_KIND} from '../../store/token-document.ts';
import type {TokenEntry, TokenList} from '../../view/model/token-list.ts';
import {tokenListText} from '../../view/token/list.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import type {TokenLsFlags} from './token.ts';
import {tokenEntry, unreadableEntry} from './token-entry.ts';
import {seenBreaker} from './token-facts.ts';
import {knownProviders} from './token-rm-run.ts';
import {leaderOf} from './token-session.ts';
import {forStore, type TokenTarget, withTokens} from './token-target.ts';

export const runTokenLs = async (flags: TokenLsFlags, context: CliContext): Promise<void> => {
  await withTokens(flags, context, {access: 'read', asks: 'store'}, async (target) => {
    const {warnings, contextName, redactedUrl, store} = target;
    await warn(warnings, flags, context);
    const now = await store.now();
    const list: TokenList = {
      store: redactedUrl,
      now: toRfc3339(now),
      leader: await leaderOf(store, now),
      tokens: await entriesOf(target, now),
    };
    if (list.tokens.length === 0 && flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
    const {out} = context.streams;
    const format = outputFormat(flags);
    if (format === 'json') {
      const answer = envelope('token-ls', list, warnings, context, contextName);
      await out.write(`${safeJson(answer, 2)}\n`);
    } else if (format === 'jsonl') {
      for (const entry of list.tokens) await out.write(`${safeJson(entry)}\n`);
    } else await out.write(tokenListText(list, styleOf(flags, context), forStore(target, flags)));
  });
};

const entriesOf = async (target: TokenTarget, now: number): Promise<readonly TokenEntry[]> => {
  const {store, providers} = target;
  const names = [...(await knownProviders(target))].sort();
  return Promise.all(
    names.map(async (name) => {
      const spec = providers.find((one) => one.name === name);
      const document = await store.get(TOKEN_KIND, name);
      const record = document === undefined ? EMPTY_RECORD : readTokenDocument(document.value);
      if (record === undefined) return unreadableEntry(name, spec !== undefined);
      const breaker = spec === undefined ? undefined : await seenBreaker(store, spec, now);
      return tokenEntry({name, record, now, spec, breaker});
    }),
  );
};
