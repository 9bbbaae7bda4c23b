import {RatectlError} from '../../base/ratectl-error.ts';
import type {CliContext} from '../context.ts';
import {timesOf} from '../options/times.ts';
import type {StatusFlags} from './status.ts';
import {statusRequest} from './status-query.ts';
import type {TopFlags} from './top.ts';
import {canShowDashboard, showDashboard} from './top-session.ts';

/** `ratectl top`: the dashboard, and nothing else. Throws a RatectlError (exit 2) without a terminal. */
export const runTop = async (
  selector: string | undefined,
  flags: TopFlags,
  context: CliContext,
): Promise<void> => {
  const all: StatusFlags = {...flags, output: 'table', watch: true};
  const request = statusRequest(selector, all);
  // Refuses an unknown zone before anything is shown.
  timesOf(flags, 0, context);
  if (!canShowDashboard(all, context))
    throw new RatectlError('top needs a terminal that can be painted on, for keys and screen', {
      code: 'usage/no-terminal',
      hint: 'for scripts: ratectl status --watch -o jsonl, or ratectl status once',
    });
  const reader = flags.screenReader === true ? 'screen reader' : undefined;
  await showDashboard(request, all, context, {reader});
};
