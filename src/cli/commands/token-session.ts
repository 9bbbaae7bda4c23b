import {ExitCode} from '../../base/exit-code.ts';
import {ceilMillis, toRfc3339} from '../../base/micros.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeJson, safeText} from '../../base/safe-text.ts';
import {spanText} from '../../base/span-text.ts';
import type {RefreshRecord, TokenState} from '../../engine/refresh/refresh-record.ts';
import {installToken, runningAttempt} from '../../engine/refresh/refresh-transitions.ts';
import {type Actor, actorOf} from '../../operate/audit/actor.ts';
import {readLead} from '../../store/lead-document.ts';
import type {Store} from '../../store/port.ts';
import {TOKEN_OFFICE} from '../../store/token-names.ts';
import {type KnownRecord, TokenRecords} from '../../token/token-records.ts';
import type {TokenChange} from '../../view/model/token-list.ts';
import {tokenChangeText} from '../../view/token/change.ts';
import {confirmChange, requireConfirmable} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {productionOf} from '../production-of.ts';
import {SessionWarnings} from '../session-warnings.ts';
import type {TokenChangeFlags} from './token.ts';
import {storedToken} from './token-facts.ts';
import {forStore, type TokenTarget} from './token-target.ts';

/** The process that refreshes, if one is running. */
export const leaderOf = async (store: Pick<Store, 'get'>, now: number): Promise<string | null> => {
  const found = await readLead(store, TOKEN_OFFICE);
  return found !== undefined && found.lead.until > now ? found.lead.holder : null;
};

export interface PlannedToken {
  readonly action: 'put' | 'rm';
  /** undefined: none is there then. */
  readonly token: Omit<TokenState, 'generation'> | undefined;
  readonly question: string;
}

/** What `token put` and `token rm` have in common. */
export class TokenSession {
  readonly warnings: SessionWarnings;
  readonly #target: TokenTarget;
  readonly #flags: TokenChangeFlags;
  readonly #context: CliContext;
  readonly #actor: Actor;
  readonly #records: TokenRecords;

  constructor(target: TokenTarget, provider: string, flags: TokenChangeFlags, context: CliContext) {
    this.#target = target;
    this.#flags = flags;
    this.#context = context;
    this.#actor = actorOf(context.streams.env);
    this.#records = new TokenRecords(target.store, provider);
    this.warnings = new SessionWarnings(target.warnings, flags, context);
  }

  read(): Promise<KnownRecord> {
    return this.#records.read();
  }

  /** A token that is there is not replaced unasked, and in production nothing is changed unasked. */
  async confirm({record}: KnownRecord, {action, question}: PlannedToken): Promise<void> {
    const production = productionOf(this.#target);
    if (this.#flags.dryRun === true) return;
    if (action === 'put' && record.token === undefined && production === undefined) return;
    requireConfirmable({production}, this.#flags, this.#context);
    await confirmChange({what: question, reach: 'one', count: 1, production}, this.#flags, this.#context);
  }

  /** Puts it in place of what was seen. Answers the record; in a dry run as it would be. */
  async install(seen: KnownRecord, {token}: PlannedToken): Promise<RefreshRecord> {
    if (this.#flags.dryRun === true) return installToken(seen.record, token);
    const {answer} = await this.#records.change(({record, now}) => {
      this.#refuseChanged(seen.record, record, now);
      const installed = installToken(record, token);
      return {record: installed, answer: installed};
    });
    // Only a hint: managers look by themselves, too.
    await this.#target.store.announce().catch(() => undefined);
    return answer;
  }

  async audit(action: string, note: string): Promise<void> {
    if (this.#flags.dryRun === true) return;
    const entry = {
      action,
      ...this.#actor,
      why: this.#flags.reason?.trim() ?? '',
      target: this.#records.provider,
      keys: 1,
      note,
    };
    await this.warnings.journal(this.#target.store, entry);
  }

  async answer(
    action: TokenChange['action'],
    {
      now,
      before,
      after,
      nextAt,
    }: {
      readonly now: number;
      readonly before: TokenState | undefined;
      readonly after: TokenState | undefined;
      /** When the token manager refreshes it, µs; undefined: it does not. */
      readonly nextAt: number | undefined;
    },
  ): Promise<void> {
    const {store, redactedUrl, contextName} = this.#target;
    const {out} = this.#context.streams;
    const data: TokenChange = {
      action,
      dryRun: this.#flags.dryRun === true,
      store: redactedUrl,
      provider: this.#records.provider,
      before: storedToken(before, now),
      after: storedToken(after, now),
      next:
        nextAt === undefined
          ? null
          : {at: toRfc3339(nextAt), inMs: ceilMillis(nextAt - now), by: await leaderOf(store, now)},
    };
    if (outputFormat(this.#flags) === 'json') {
      const answer = envelope(`token-${action}`, data, this.warnings.all, this.#context, contextName);
      await out.write(`${safeJson(answer, 2)}\n`);
    } else
      await out.write(
        tokenChangeText(data, styleOf(this.#flags, this.#context), forStore(this.#target, this.#flags)),
      );
  }

  /** Neither a token that came meanwhile is thrown away, nor the one that a provider is about to answer. */
  #refuseChanged(seen: RefreshRecord, record: RefreshRecord, now: number): void {
    const provider = this.#records.provider;
    const running = runningAttempt(record, now);
    if (running !== undefined)
      throw new RatectlError(
        `${safeText(running.by)} is refreshing the token of ${quoted(provider)}: its answer would be lost`,
        {
          code: 'token/busy',
          exit: ExitCode.nothingToDo,
          hint: `nothing was changed; run it again in ${spanText(ceilMillis(running.until - now))}`,
        },
      );
    if (record.generation === seen.generation) return;
    throw new RatectlError(`another token of ${quoted(provider)} was stored meanwhile`, {
      code: 'token/changed',
      exit: ExitCode.refused,
      hint: 'nothing was changed; look at it with ratectl token ls, then run it again',
    });
  }
}
