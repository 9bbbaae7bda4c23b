import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import type {CliContext} from '../context.ts';
import type {ResetFlags} from './reset.ts';
import {checkPaths} from './reset-job.ts';

/** `reset --breaker`, `reset --queue` and `reset --pool`. Refuses (exit 2) flags that say nothing, or two things. */
export const runOtherReset = async (
  selector: string | undefined,
  flags: ResetFlags,
  context: CliContext,
): Promise<void> => {
  const {breaker, queue, pool} = flags;
  if (flags.dead === true && queue === undefined)
    throw refusal('--dead goes with --queue only', 'name the queue: --queue NAME --dead');
  const flag = breaker !== undefined ? '--breaker' : pool !== undefined ? '--pool' : '--queue';
  if (selector !== undefined)
    throw refusal(
      `${quoted(selector)} beside ${flag}`,
      `run the command twice: keys and ${flag.slice(2)}s apart`,
    );
  if ((breaker ?? pool ?? queue) === '')
    throw refusal(`${flag}: expected a name, got ""`, 'ratectl status lists them');
  checkPaths(flags);
  if (pool !== undefined) {
    const {runPoolReset} = await import('./reset-pool-run.ts');
    await runPoolReset(pool, flags, context);
    return;
  }
  if (breaker === undefined) {
    const {runQueueReset} = await import('./reset-queue-run.ts');
    await runQueueReset({queue: queue!, state: flags.dead === true ? 'dead' : 'waiting'}, flags, context);
    return;
  }
  const {runBreakerReset} = await import('./reset-breaker-run.ts');
  await runBreakerReset(breaker, flags, context);
};

const refusal = (message: string, hint: string): RatectlError =>
  new RatectlError(message, {code: 'usage/reset', hint});
