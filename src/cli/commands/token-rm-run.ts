import {ExitCode} from '../../base/exit-code.ts';
import {quoted} from '../../base/safe-text.ts';
import type {Store} from '../../store/port.ts';
import {TOKEN_KIND} from '../../store/token-document.ts';
import type {CliContext} from '../context.ts';
import {warn} from '../notes.ts';
import type {TokenChangeFlags} from './token.ts';
import {TokenSession} from './token-session.ts';
import {type TokenTarget, unknownProvider, withTokens} from './token-target.ts';

export const runTokenRm = async (
  provider: string,
  flags: TokenChangeFlags,
  context: CliContext,
): Promise<void> => {
  const access = flags.dryRun === true ? 'read' : 'write';
  await withTokens(flags, context, {access, asks: 'store'}, async (target) => {
    await warn(target.warnings, flags, context);
    await requireKnown(provider, target);
    const session = new TokenSession(target, provider, flags, context);
    const seen = await session.read();
    const {now, record} = seen;
    if (record.token === undefined) {
      if (flags.failEmpty === true) context.exitCode = ExitCode.nothingToDo;
    } else {
      const plan = {
        action: 'rm',
        token: undefined,
        question: `remove the token of ${quoted(provider)}`,
      } as const;
      await session.confirm(seen, plan);
      await session.install(seen, plan);
      await session.audit('token-rm', `token ${record.token.generation}`);
    }
    await session.answer('rm', {now, before: record.token, after: undefined, nextAt: undefined});
  });
};

/** Throws a RatectlError (exit 2) for a name that neither the policy nor the store has. */
export const requireKnown = async (provider: string, target: TokenTarget): Promise<void> => {
  const names = await knownProviders(target);
  if (!names.includes(provider)) throw unknownProvider(provider, names);
};

/** Of the policy, then those that only the store has. */
export const knownProviders = async ({
  store,
  providers,
}: {
  readonly store: Pick<Store, 'list'>;
  readonly providers: TokenTarget['providers'];
}): Promise<readonly string[]> => {
  const named = providers.map(({name}) => name);
  const stored = await store.list(TOKEN_KIND);
  return [...new Set([...named, ...stored.map(({id}) => id)])];
};
