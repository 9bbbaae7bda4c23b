import {resolve} from 'node:path';
import {parseDuration} from '../../base/duration.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {LoadedPolicy} from '../../policy/load-policy.ts';
import {createTokenManager} from '../../token/create-token-manager.ts';
import {requireVault} from '../../token/require-vault.ts';
import type {Vault} from '../../token/vault/vault.ts';
import type {CliContext} from '../context.ts';
import type {Target} from '../with-target.ts';
import type {ServeFlags} from './serve.ts';
import {type EventLog, errorEvent, refreshEvent} from './serve-events.ts';
import {policyHere, requireTokens} from './token-target.ts';

/** What a token manager needs, checked before a store is opened. */
export interface ManagerPlan {
  readonly policy: LoadedPolicy;
  readonly vault: Vault;
  readonly checkEveryMs: number;
}

export const managerPlan = async (
  flags: ServeFlags,
  context: CliContext,
  log: EventLog,
): Promise<ManagerPlan> => {
  const checkEveryMs = checkEvery(flags.checkEvery);
  const loaded = requireTokens(policyHere(flags, context));
  const vault = await requireVault(context.streams.env, {
    folder: context.cwd,
    onWarning: (text) => log.add({event: 'warning', text}),
  });
  return {policy: {...loaded, file: resolve(context.cwd, loaded.file)}, vault, checkEveryMs};
};

/** Keeps the tokens of the policy fresh until it is closed. */
export const startTokenManager = async (
  {policy, vault, checkEveryMs}: ManagerPlan,
  {store, redactedUrl}: Target,
  {flags, context, log}: {readonly flags: ServeFlags; readonly context: CliContext; readonly log: EventLog},
): Promise<{close(): Promise<void>}> => {
  const providers = policy.policy.tokens.map(({name}) => name).join(', ');
  log.add({
    event: 'started',
    text: `token manager for ${providers} on ${redactedUrl}${flags.lead ? '' : ', standing by'}`,
    fields: {store: redactedUrl},
  });
  return createTokenManager({
    policy,
    store,
    vault,
    env: context.streams.env,
    checkEveryMs,
    lead: flags.lead,
    events: {
      onRefresh: (provider, answer) => log.add(refreshEvent(provider, answer)),
      onLead: (leads, fencing) =>
        log.add(
          leads
            ? {event: 'leading', text: 'this process refreshes', fields: {fencing}}
            : {event: 'standing-by', text: 'another process refreshes, or will', fields: {fencing}},
        ),
      onError: (error) => log.add(errorEvent(error)),
    },
  });
};

const checkEvery = (text: string): number => {
  const us = parseDuration(text);
  if (us !== undefined && us % 1_000 === 0 && us >= 100_000 && us <= 3_600_000_000) return us / 1_000;
  throw new RatectlError(`--check-every: expected a duration from 100ms to 1h, got ${quoted(text)}`, {
    code: 'usage/serve',
  });
};
