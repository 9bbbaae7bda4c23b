import type {ExitCode} from '../../base/exit-code.ts';
import type {CliContext} from '../context.ts';
import {withTarget} from '../with-target.ts';
import type {ServeFlags} from './serve.ts';
import {EventLog} from './serve-events.ts';
import {servePlan} from './serve-plan.ts';
import {managerPlan, startTokenManager} from './serve-token-manager.ts';

/** ms; nothing else keeps the process alive with an embedded store. */
const KEEP_ALIVE = 2_000_000_000;

/** Something that runs until it is told to end. */
export interface ServedPart {
  /** Settles when it ends by itself: the client of `--mcp stdio` went away. */
  readonly ended?: Promise<void>;
  close(exit: ExitCode): Promise<void>;
}

export const runServe = async (flags: ServeFlags, context: CliContext): Promise<void> => {
  const plan = servePlan(flags, context);
  const log = new EventLog(context, flags.logFormat === 'json' || flags.events === 'jsonl' ? 'json' : 'text');
  const manager = flags.tokenManager === true ? await managerPlan(flags, context, log) : undefined;
  const looks =
    plan.listen !== undefined ||
    plan.mcp !== undefined ||
    plan.alerts.log ||
    plan.alerts.webhook !== undefined;
  const alive = setInterval(() => undefined, KEEP_ALIVE);
  const parts: ServedPart[] = [];
  try {
    await withTarget(
      flags,
      context,
      plan.access,
      async (target) => {
        // Until the store is open there is nothing to finish: a signal ends the process at once.
        const told = whenTold(context);
        for (const text of [...plan.warnings, ...target.warnings]) log.add({event: 'warning', text});
        let exit: ExitCode = 0;
        try {
          if (manager !== undefined)
            parts.push(await startTokenManager(manager, target, {flags, context, log}));
          if (looks) {
            const {startLooking} = await import('./serve-looking.ts');
            await startLooking(plan, target, {flags, context, log}, parts);
          }
          exit = await Promise.race([
            told,
            ...parts.flatMap(({ended}) => (ended === undefined ? [] : [ended.then(() => 0 as const)])),
          ]);
          context.exitCode = exit;
          log.add({
            event: 'stopping',
            text:
              manager === undefined
                ? 'answers that are under way are finished'
                : 'an answer that is under way is stored first',
          });
        } finally {
          // The first to start is the last to end.
          for (const part of parts.reverse()) await part.close(exit);
        }
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
