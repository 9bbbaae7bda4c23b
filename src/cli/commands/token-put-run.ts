import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {RefreshRecord, TokenState} from '../../engine/refresh/refresh-record.ts';
import {spendings} from '../../engine/refresh/spent-token.ts';
import type {TokenProviderSpec} from '../../engine/refresh/token-provider-spec.ts';
import {refreshTime} from '../../token/refresh-time.ts';
import {requireVault} from '../../token/require-vault.ts';
import {sealToken} from '../../token/token-material.ts';
import type {Vault} from '../../token/vault/vault.ts';
import type {CliContext} from '../context.ts';
import {warn} from '../notes.ts';
import type {TokenChangeFlags} from './token.ts';
import {allowedAt} from './token-facts.ts';
import {readTokenInput, type TokenInput} from './token-input.ts';
import {TokenSession} from './token-session.ts';
import {providerNamed, type TokenTarget, withTokens} from './token-target.ts';

export const runTokenPut = async (
  provider: string,
  flags: TokenChangeFlags,
  context: CliContext,
): Promise<void> => {
  if (flags.passwordStdin === true)
    throw new RatectlError('standard input cannot be both the token and the password of the store', {
      code: 'usage/stdin',
      hint: 'give the password with a passwordFile, or RATECTL_PASSWORD',
    });
  const access = flags.dryRun === true ? 'read' : 'write';
  await withTokens(flags, context, {access, asks: 'store'}, (target) =>
    putToken(target, provider, flags, context),
  );
};

const putToken = async (
  target: TokenTarget,
  provider: string,
  flags: TokenChangeFlags,
  context: CliContext,
): Promise<void> => {
  await warn(target.warnings, flags, context);
  const spec = providerNamed(provider, target.providers);
  const session = new TokenSession(target, provider, flags, context);
  const vault = await requireVault(context.streams.env, {
    folder: context.cwd,
    onWarning: (warning) => void session.warnings.add([warning]),
  });
  const input = await readTokenInput(context);
  refuseUseless(input, spec);
  const seen = await session.read();
  const {now, record} = seen;
  const token = stateOf(input, spec, vault, now);
  await session.warnings.add(doubtsOf(token, spec, record));
  const plan = {action: 'put', token, question: `replace the token of ${quoted(provider)}`} as const;
  await session.confirm(seen, plan);
  const after = await session.install(seen, plan);
  await session.audit('token-put', noteOf(record.token, after.token));
  const nextAt = nextRefresh(after, spec, now);
  await session.answer('put', {now, before: record.token, after: after.token, nextAt});
};

const refuseUseless = ({refreshToken, accessToken}: TokenInput, {name, grant}: TokenProviderSpec): void => {
  if (grant !== 'client-credentials' || accessToken !== '') return;
  if (refreshToken !== '')
    throw new RatectlError(
      `provider ${quoted(name)} has grant client-credentials: it takes no refresh token`,
      {
        code: 'token/input',
        hint: `nothing has to be put in: ratectl force-refresh ${name}`,
      },
    );
};

const stateOf = (
  {accessToken, refreshToken, expiresIn, scopes}: TokenInput,
  {name, scopes: asked}: TokenProviderSpec,
  vault: Vault,
  now: number,
): Omit<TokenState, 'generation'> => {
  // Without an access token there is nothing to use yet: as if it had just expired, so that it is refreshed at once.
  const unknown = accessToken === '' ? now : Number.POSITIVE_INFINITY;
  const expiresAt = expiresIn === undefined || accessToken === '' ? unknown : now + expiresIn * 1_000_000;
  return sealToken(
    {accessToken, refreshToken, obtainedAt: now, expiresAt, notBefore: 0, scopes: scopes ?? asked},
    name,
    vault,
  );
};

/** What a person should know before it is too late. */
const doubtsOf = (
  token: Omit<TokenState, 'generation'>,
  {grant}: TokenProviderSpec,
  record: RefreshRecord,
): readonly string[] => {
  const same = token.refreshPrint !== '' && token.refreshPrint === record.token?.refreshPrint;
  const doubtful = record.reauthorise !== undefined || spendings(record) > 0;
  return [
    ...(grant === 'refresh-token' && token.refreshPrint === ''
      ? ['there is no refresh token in it: it is used until it expires, and cannot be refreshed']
      : []),
    ...(token.refreshPrint !== '' && token.expiresAt === Number.POSITIVE_INFINITY
      ? ['it does not say when it expires: it is refreshed by ratectl force-refresh only']
      : []),
    ...(same && doubtful
      ? ['it is the refresh token that is refused or may be spent: to use it again may revoke all tokens']
      : []),
  ];
};

const noteOf = (before: TokenState | undefined, after: TokenState | undefined): string => {
  const print = after?.refreshPrint || after?.accessPrint || '';
  return `token ${before === undefined ? '' : `${before.generation} → `}${after?.generation ?? 0}, ${print}`;
};

/** As the token manager will have it. */
const nextRefresh = (record: RefreshRecord, spec: TokenProviderSpec, now: number): number | undefined => {
  const {token} = record;
  if (token === undefined || (spec.grant === 'refresh-token' && token.refreshPrint === '')) return undefined;
  const due = refreshTime(token, spec);
  return Number.isFinite(due) ? Math.max(now, due, allowedAt(record, spec, now, 'due')) : undefined;
};
