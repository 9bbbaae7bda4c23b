import {setTimeout as sleep} from 'node:timers/promises';
import type {ExitCode} from '../../base/exit-code.ts';
import {isRatectlError} from '../../base/ratectl-error.ts';
import {safeJson} from '../../base/safe-text.ts';
import type {TokenProviderSpec} from '../../engine/refresh/token-provider-spec.ts';
import {type Actor, actorOf, actorText} from '../../operate/audit/actor.ts';
import {recordAudit} from '../../store/record-audit.ts';
import {forceRefresh} from '../../token/force-refresh.ts';
import {refreshParts} from '../../token/refresh-parts.ts';
import type {RefreshParts} from '../../token/refresh-run.ts';
import {requireVault} from '../../token/require-vault.ts';
import {tellAttempts} from '../../token/tell-attempts.ts';
import {type KnownRecord, TokenRecords} from '../../token/token-records.ts';
import type {Vault} from '../../token/vault/vault.ts';
import type {ForceRefreshReport, ForceRefreshResult} from '../../view/model/force-refresh.ts';
import {forceRefreshText} from '../../view/token/force-refresh.ts';
import {confirmChange, requireConfirmable} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {tell, warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {productionOf} from '../production-of.ts';
import type {ForceRefreshFlags} from './force-refresh.ts';
import {type ForceRefreshRequest, forceRefreshRequest} from './force-refresh-request.ts';
import {
  brokenResult,
  exitOf,
  type ForceAnswer,
  forceRefreshResult,
  previewRefresh,
  totalsOf,
} from './force-refresh-result.ts';
import {nextAttemptAt, refreshState, seenBreaker} from './token-facts.ts';
import {forStore, noProviders, providerNamed, type TokenTarget, withTokens} from './token-target.ts';

export const runForceRefresh = async (
  provider: string | undefined,
  flags: ForceRefreshFlags,
  context: CliContext,
): Promise<void> => {
  const request = forceRefreshRequest(provider, flags);
  const use =
    flags.dryRun === true
      ? ({access: 'read', asks: 'store'} as const)
      : ({access: 'write', asks: 'provider'} as const);
  await withTokens(flags, context, use, (target) =>
    new ForceRefreshRun(target, request, flags, context).run(),
  );
};

class ForceRefreshRun {
  readonly #target: TokenTarget;
  readonly #request: ForceRefreshRequest;
  readonly #flags: ForceRefreshFlags;
  readonly #context: CliContext;
  readonly #actor: Actor;
  readonly #notes: string[] = [];
  readonly #interrupted = new AbortController();
  /** The exit code of the signal that came; undefined: none did. */
  #signalled: ExitCode | undefined;

  constructor(
    target: TokenTarget,
    request: ForceRefreshRequest,
    flags: ForceRefreshFlags,
    context: CliContext,
  ) {
    this.#target = target;
    this.#request = request;
    this.#flags = flags;
    this.#context = context;
    this.#actor = actorOf(context.streams.env);
  }

  async run(): Promise<void> {
    const {providers, warnings} = this.#target;
    const {provider} = this.#request;
    await warn(warnings, this.#flags, this.#context);
    const asked = provider === undefined ? someOf(providers) : [providerNamed(provider, providers)];
    const results = this.#flags.dryRun === true ? await this.#preview(asked) : await this.#refresh(asked);
    await this.#answer(results, asked.length);
  }

  #preview(asked: readonly TokenProviderSpec[]): Promise<readonly ForceRefreshResult[]> {
    return Promise.all(
      asked.map(async (spec) => {
        const records = new TokenRecords(this.#target.store, spec.name);
        const before = await records.read();
        const breaker = await seenBreaker(this.#target.store, spec, before.now);
        const answer = previewRefresh(before, spec, this.#request, {breaker, by: this.#by});
        return this.#resultOf(spec, answer, before, before);
      }),
    );
  }

  async #refresh(asked: readonly TokenProviderSpec[]): Promise<readonly ForceRefreshResult[]> {
    const vault = await requireVault(this.#context.streams.env, {
      folder: this.#context.cwd,
      onWarning: (warning) => void warn([warning], this.#flags, this.#context),
    });
    await this.#declareEmergency();
    this.#context.onSignal = (exit) => this.#interrupt(exit);
    try {
      return await this.#each(asked, vault);
    } finally {
      this.#context.onSignal = undefined;
    }
  }

  /** One after the other, never more often than asked for; with --all one that fails does not keep the others from it. */
  async #each(asked: readonly TokenProviderSpec[], vault: Vault): Promise<readonly ForceRefreshResult[]> {
    const results: ForceRefreshResult[] = [];
    const {everyMs, provider} = this.#request;
    for (const [at, spec] of asked.entries()) {
      if (at > 0) await this.#pause(everyMs * (1 + Math.random() / 2));
      if (this.#signalled !== undefined) break;
      const parts = refreshParts(spec, {...this.#target, vault, env: this.#context.streams.env});
      try {
        results.push(await this.#one(parts));
      } catch (error) {
        if (this.#signalled !== undefined && isAbort(error)) break;
        if (provider !== undefined || !isRatectlError(error)) throw error;
        results.push(brokenResult(spec.name, error.message));
      }
    }
    return results;
  }

  async #one(parts: RefreshParts): Promise<ForceRefreshResult> {
    const {store} = this.#target;
    const {why, reason, ifExpiresWithin, waitMs} = this.#request;
    const before = await parts.records.read();
    const answer = await forceRefresh(parts, {
      by: this.#by,
      why,
      reason,
      ifExpiresWithin,
      waitMs,
      signal: this.#interrupted.signal,
    }).finally(() => this.#tellJournal(parts));
    if (answer.kind === 'refreshed') await store.announce().catch(() => undefined);
    const after = await parts.records.read().catch(() => undefined);
    return this.#resultOf(parts.spec, answer, before, after);
  }

  async #tellJournal(parts: RefreshParts): Promise<void> {
    try {
      await tellAttempts(parts, this.#target.store);
    } catch (error) {
      // The record keeps it until somebody can tell.
      const message = error instanceof Error ? error.message : String(error);
      const note = `the audit journal was not told yet: ${message}`;
      this.#notes.push(note);
      await tell([note], this.#flags, this.#context);
    }
  }

  async #resultOf(
    spec: TokenProviderSpec,
    answer: ForceAnswer,
    before: KnownRecord,
    after: KnownRecord | undefined,
  ): Promise<ForceRefreshResult> {
    const {reason} = this.#request;
    const breaker = after && (await seenBreaker(this.#target.store, spec, after.now).catch(() => undefined));
    const known = after !== undefined && breaker !== undefined;
    // Of what was done, the next one is no emergency.
    const next = answer.kind === 'wait' || answer.kind === 'busy' ? reason : 'forced';
    return forceRefreshResult({
      provider: spec.name,
      answer,
      by: this.#by,
      before,
      after: after ?? before,
      state: known ? refreshState(after, spec, breaker, next) : null,
      nextAt: known ? nextAttemptAt(after, spec, breaker, next) : undefined,
    });
  }

  /** On record before anything is done because of it. */
  async #declareEmergency(): Promise<void> {
    const {reason, provider, why} = this.#request;
    if (reason !== 'emergency' || provider === undefined) return;
    providerNamed(provider, this.#target.providers);
    const production = productionOf(this.#target);
    requireConfirmable({production}, this.#flags, this.#context);
    await confirmChange(
      {what: 'refresh against the shorter windows of the budget', reach: 'one', count: 1, production},
      this.#flags,
      this.#context,
    );
    await recordAudit(this.#target.store, {
      action: 'token-emergency',
      ...this.#actor,
      why,
      target: provider,
      keys: 0,
    });
  }

  get #by(): string {
    return actorText(this.#actor);
  }

  #interrupt(exit: ExitCode): void {
    this.#signalled = exit;
    this.#interrupted.abort();
    const note = 'ending; a provider that was asked may answer first, since its token may be the only copy';
    void tell([note], this.#flags, this.#context);
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, {signal: this.#interrupted.signal}).catch(() => undefined);
  }

  async #answer(results: readonly ForceRefreshResult[], asked: number): Promise<void> {
    const {warnings, contextName, redactedUrl} = this.#target;
    const {why, reason, provider} = this.#request;
    const context = this.#context;
    const report: ForceRefreshReport = {
      dryRun: this.#flags.dryRun === true,
      store: redactedUrl,
      by: this.#by,
      why,
      emergency: reason === 'emergency',
      results,
      totals: totalsOf(results, asked),
    };
    if (outputFormat(this.#flags) === 'json') {
      const answer = envelope('force-refresh', report, [...warnings, ...this.#notes], context, contextName);
      await context.streams.out.write(`${safeJson(answer, 2)}\n`);
    } else
      await context.streams.out.write(
        forceRefreshText(report, styleOf(this.#flags, context), forStore(this.#target, this.#flags)),
      );
    const interrupted = this.#signalled !== undefined && results.length < asked;
    context.exitCode = interrupted ? this.#signalled! : exitOf(report, provider === undefined);
  }
}

/** Throws a RatectlError (exit 2) for a policy without providers. */
const someOf = (providers: readonly TokenProviderSpec[]): readonly TokenProviderSpec[] => {
  if (providers.length === 0) throw noProviders();
  return providers;
};

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError';
