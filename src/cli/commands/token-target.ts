import {resolve} from 'node:path';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeText} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import {resolveSettings} from '../../config/resolve-settings.ts';
import type {TokenProviderSpec} from '../../engine/refresh/token-provider-spec.ts';
import type {LoadedPolicy} from '../../policy/load-policy.ts';
import type {CliContext} from '../context.ts';
import {localPolicy, namedPolicy} from '../find-policy.ts';
import type {StoreFlags} from '../options/store.ts';
import {errorForStore, sameStoreFlag, withStoreFlag} from '../same-store.ts';
import {type Target, withTarget} from '../with-target.ts';

/** What a command about tokens works on. */
export interface TokenTarget extends Target {
  /** Of the policy, in its order. */
  readonly providers: readonly TokenProviderSpec[];
  /** Whole path: files with secrets are looked for beside it. */
  readonly policyFile: string;
}

export interface TokenUse {
  readonly access: 'read' | 'write';
  /** `provider`: the providers themselves are asked, with their secrets. `store`: nothing but the store is. */
  readonly asks: 'provider' | 'store';
}

/**
 * `withTarget` with the token providers of the policy. What asks a provider takes only a policy that is on this machine: whoever may
 * write to the store could publish one that sends refresh tokens elsewhere, or names a command to run for a secret.
 */
export const withTokens = async <T>(
  flags: StoreFlags,
  context: CliContext,
  {access, asks}: TokenUse,
  run: (target: TokenTarget) => Promise<T>,
): Promise<T> => {
  const here = policyHere(flags, context);
  if (asks === 'provider') requireTokens(here);
  let shownUrl: string | null = null;
  return withTarget(
    flags,
    context,
    access,
    (target) => {
      shownUrl = target.redactedUrl;
      const policy = here ?? target.policy;
      return run({
        ...target,
        providers: policy?.policy.tokens ?? [],
        policyFile: resolve(context.cwd, policy?.file ?? 'ratectl.yaml'),
      });
    },
    // An answer of a provider may be the only copy of a token: it outlives a lost connection.
    {connection: access === 'write' ? 'reconnect' : 'once'},
  ).catch((error: unknown) => {
    throw errorForStore(error, sameStoreFlag(shownUrl, flags));
  });
};

/** Makes of a text with commands what is shown of it: they name the store that was named to this one. */
export const forStore = (
  {redactedUrl}: Pick<TokenTarget, 'redactedUrl'>,
  flags: StoreFlags,
): ((text: string) => string) => {
  const flag = sameStoreFlag(redactedUrl, flags);
  return (text) => withStoreFlag(text, flag);
};

/** The policy that flags, environment or configuration name, else ratectl.yaml of this folder or above it. */
export const policyHere = (flags: StoreFlags, context: CliContext): LoadedPolicy | undefined => {
  const {cwd, streams} = context;
  const settings = resolveSettings({flags, env: streams.env, cwd});
  return (namedPolicy(settings, context) ?? localPolicy(cwd)).policy;
};

/** Throws a RatectlError (exit 2) when no provider could be asked. */
export const requireTokens = (policy: LoadedPolicy | undefined): LoadedPolicy => {
  if (policy === undefined)
    throw new RatectlError('no policy file is known here', {
      code: 'token/no-policy',
      hint: 'name it with --policy FILE; one that was only published in the store is not trusted with secrets',
    });
  if (policy.policy.tokens.length > 0) return policy;
  throw noProviders(policy.file);
};

export const noProviders = (file?: string): RatectlError =>
  new RatectlError('the policy has no section "tokens"', {
    code: 'token/no-providers',
    ...(file === undefined ? {} : {where: {file}}),
    hint: 'it names the providers: see docs/tokens.md, or another policy with --policy FILE',
  });

/** The provider of that name. Throws a RatectlError (exit 2). */
export const providerNamed = (name: string, providers: readonly TokenProviderSpec[]): TokenProviderSpec => {
  const found = providers.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw unknownProvider(
    name,
    providers.map((one) => one.name),
  );
};

export const unknownProvider = (name: string, names: readonly string[]): RatectlError =>
  new RatectlError(`unknown provider ${quoted(name)}${didYouMean(name, names)}`, {
    code: 'token/unknown-provider',
    hint:
      names.length === 0
        ? 'the policy has no section "tokens"; name another one with --policy FILE'
        : `providers are ${names.map((one) => safeText(one)).join(', ')}`,
  });
