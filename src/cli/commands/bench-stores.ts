import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {safeText} from '../../base/safe-text.ts';
import type {BenchedStore} from '../../bench/bench-options.ts';
import {describeOrigin} from '../../config/describe-origin.ts';
import {loadConfig} from '../../config/load-config.ts';
import {resolveSettings} from '../../config/resolve-settings.ts';
import type {Settings} from '../../config/settings.ts';
import {shownUrl} from '../../config/shown-url.ts';
import {parseStoreUrl} from '../../store/parse-store-url.ts';
import type {StoreTarget} from '../../store/store-target.ts';
import type {CliContext} from '../context.ts';
import {storeWithPassword} from '../store-with-password.ts';
import type {BenchFlags} from './bench.ts';

export interface ChosenStores {
  readonly stores: readonly BenchedStore[];
  readonly contextName: string | null;
  readonly timeoutMs: number;
  readonly warnings: readonly string[];
}

/**
 * The stores that flags name, else the one of the configuration. Refuses (exit 4) read-only ones, production contexts, and stores
 * that a production context has: a benchmark takes a server to its limit.
 */
export const benchStores = async (flags: BenchFlags, context: CliContext): Promise<ChosenStores> => {
  const {store: urls = [], ...rest} = flags;
  if (flags.passwordStdin === true && urls.length > 1)
    throw new RatectlError(`--password-stdin with ${urls.length} stores: which one is it for?`, {
      code: 'usage/bench',
      hint: 'put the others into contexts with a passwordFile, or measure one at a time',
    });
  const asked = urls.length === 0 ? [undefined] : urls;
  const {cwd, streams} = context;
  const {context: contextName, timeout, config, passwordStdin} = rest;
  const base = {
    config,
    ...(contextName === undefined ? {} : {context: contextName}),
    ...(timeout === undefined ? {} : {timeout}),
    ...(passwordStdin === undefined ? {} : {passwordStdin}),
  };
  const settled = asked.map((store) =>
    resolveSettings({flags: {...base, ...(store === undefined ? {} : {store})}, env: streams.env, cwd}),
  );
  for (const settings of settled) refuse(settings, flags, context);
  const stores: BenchedStore[] = [];
  const warnings: string[] = [];
  for (const settings of settled) {
    const {target, warnings: more} = await storeWithPassword(settings, context);
    stores.push({target, url: shownUrl(target, 'known')});
    warnings.push(...settings.warnings, ...more);
  }
  const [first] = settled;
  return {
    stores,
    contextName: first!.context?.value.name ?? null,
    timeoutMs: Math.ceil(first!.timeout.value / 1_000),
    warnings: [...new Set(warnings)],
  };
};

const refuse = (settings: Settings, flags: BenchFlags, {cwd, streams}: CliContext): void => {
  const {production, readOnly, context, store} = settings;
  const what = context === undefined ? 'this store' : `context "${safeText(context.value.name)}"`;
  const hint = 'name a store that nobody needs: --store URL';
  if (production.value)
    throw new RatectlError(`${what} is production: a benchmark would take it to its limit`, {
      code: 'bench/production',
      exit: ExitCode.refused,
      hint,
    });
  if (readOnly.value)
    throw new RatectlError(
      `${what} is read-only (${describeOrigin(readOnly.origin)}), and a benchmark writes`,
      {
        code: 'config/read-only',
        exit: ExitCode.refused,
        hint,
      },
    );
  const owner = productionContextOf(
    store.value,
    loadConfig(cwd, streams.env, flags.config ? 'files' : 'none'),
  );
  if (owner !== undefined)
    throw new RatectlError(
      `${shownUrl(store.value, 'known')} is the server of the production context "${safeText(owner)}"`,
      {code: 'bench/production', exit: ExitCode.refused, hint},
    );
};

/** The name of a production context whose store is on a server of this one. */
const productionContextOf = (
  target: StoreTarget,
  {contexts}: ReturnType<typeof loadConfig>,
): string | undefined => {
  const servers = new Set(serversOf(target));
  for (const {name, production, store, file} of contexts.values()) {
    if (production?.value !== true || store === undefined) continue;
    try {
      const other = parseStoreUrl(store.value, {folder: file.folder});
      if (other.kind === target.kind && serversOf(other).some((server) => servers.has(server))) return name;
    } catch {
      // A URL that cannot be understood is the business of whoever uses the context.
    }
  }
  return undefined;
};

/** Names of this machine for itself. */
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1)$/i;

const serversOf = (target: StoreTarget): readonly string[] => {
  if (target.kind === 'memory') return [];
  if (target.kind === 'sqlite') return [target.path];
  return target.hosts.map(
    ({host, port}) => `${LOOPBACK.test(host) ? 'localhost' : host.toLowerCase()}:${port}`,
  );
};
