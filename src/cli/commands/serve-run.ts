import {resolve} from 'node:path';
import {parseDuration} from '../../base/duration.ts';
import type {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {createTokenManager} from '../../token/create-token-manager.ts';
import {requireVault} from '../../token/require-vault.ts';
import type {CliContext} from '../context.ts';
import {withTarget} from '../with-target.ts';
import type {ServeFlags} from './serve.ts';
import {EventLog, errorEvent, refreshEvent} from './serve-events.ts';
import {policyHere, requireTokens} from './token-target.ts';

/** ms; nothing else keeps the process alive with an embedded store. */
const KEEP_ALIVE = 2_000_000_000;

export const runServe = async (flags: ServeFlags, context: CliContext): Promise<void> => {
  if (flags.tokenManager !== true)
    throw new RatectlError('there is nothing to serve yet', {
      code: 'usage/nothing-to-serve',
      hint: 'ratectl serve --token-manager keeps the tokens of a policy fresh',
    });
  const checkEveryMs = checkEvery(flags.checkEvery);
  const loaded = requireTokens(policyHere(flags, context));
  const policy = {...loaded, file: resolve(context.cwd, loaded.file)};
  const {env} = context.streams;
  const log = new EventLog(context, flags.logFormat === 'json' || flags.events === 'jsonl' ? 'json' : 'text');
  const vault = await requireVault(env, {
    folder: context.cwd,
    onWarning: (text) => log.add({event: 'warning', text}),
  });
  const told = whenTold(context);
  const alive = setInterval(() => undefined, KEEP_ALIVE);
  try {
    await withTarget(
      flags,
      context,
      'write',
      async ({store, redactedUrl, warnings}) => {
        for (const text of warnings) log.add({event: 'warning', text});
        const providers = policy.policy.tokens.map(({name}) => name).join(', ');
        log.add({
          event: 'started',
          text: `token manager for ${providers} on ${redactedUrl}${flags.lead ? '' : ', standing by'}`,
          fields: {store: redactedUrl},
        });
        const manager = await createTokenManager({
          policy,
          store,
          vault,
          env,
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
        context.exitCode = await told;
        log.add({event: 'stopping', text: 'an answer that is under way is stored first'});
        await manager.close();
      },
      {connection: 'reconnect'},
    );
    log.add({event: 'stopped', text: 'ended'});
  } finally {
    clearInterval(alive);
    context.onSignal = undefined;
    await log.flush();
  }
};

/** The exit code of the first signal. */
const whenTold = (context: CliContext): Promise<ExitCode> =>
  new Promise((told) => {
    context.onSignal = told;
  });

const checkEvery = (text: string): number => {
  const us = parseDuration(text);
  if (us !== undefined && us % 1_000 === 0 && us >= 100_000 && us <= 3_600_000_000) return us / 1_000;
  throw new RatectlError(`--check-every: expected a duration from 100ms to 1h, got ${quoted(text)}`, {
    code: 'usage/serve',
  });
};
