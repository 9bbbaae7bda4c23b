import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import type {Connect} from '../../tui/data/connection.ts';
import type {CliContext} from '../context.ts';
import {keyFilter} from '../key-filter.ts';
import {styleOf} from '../options/output.ts';
import {timesOf} from '../options/times.ts';
import {withTarget} from '../with-target.ts';
import {inContext} from './in-context.ts';
import type {StatusFlags} from './status.ts';
import {conditionHolds, type StatusRequest} from './status-query.ts';
import {statusSource} from './status-run.ts';
import {contextChoices} from './top-contexts.ts';
import {topOperations} from './top-operations.ts';

/** Keys held at the same time; of more the first by the order asked for. */
const MOST_KEYS = 10_000;

/** Whether there are a keyboard and a screen that can be painted on. */
export const canShowDashboard = ({fields}: Pick<StatusFlags, 'fields'>, {streams}: CliContext): boolean =>
  fields === undefined &&
  streams.out.isTTY &&
  (streams.stdin as {readonly isTTY?: boolean}).isTTY === true &&
  streams.env['TERM'] !== 'dumb';

/** Shows the dashboard until somebody leaves it, or (exit 5) --fail-on holds. */
export const showDashboard = async (
  request: StatusRequest,
  flags: StatusFlags,
  context: CliContext,
  {reader}: {readonly reader?: 'screen reader' | undefined} = {},
): Promise<void> => {
  if (flags.passwordStdin === true)
    throw new RatectlError('--password-stdin: standard input is the keyboard here', {
      code: 'usage/password-stdin',
      hint: 'name a passwordFile or a passwordCommand in the context',
    });
  const connect: Connect = (name, use) =>
    withTarget(inContext(flags, name), context, 'read', (target) =>
      use({
        source: {...statusSource(target, context), store: target.store},
        contextName: target.contextName,
        readOnly: target.readOnly,
        production: target.production,
        warnings: target.warnings,
      }),
    );
  const {runDashboard} = await import('../../tui/run-dashboard.ts');
  const {streams, clock, cleanups} = context;
  const {timeZone} = timesOf(flags, 0, context);
  let restore: () => void = () => undefined;
  const ended = await runDashboard({
    connect,
    query: {
      ...request.query,
      limit: flags.limit === undefined ? MOST_KEYS : Math.min(MOST_KEYS, request.query.limit),
      mostRecent: MOST_KEYS,
    },
    interval: request.interval,
    compile: keyFilter,
    operations: topOperations(flags, context),
    contexts: contextChoices(context, flags),
    style: styleOf({...flags, output: 'table'}, context),
    timeFormat: flags.timeFormat,
    timeZone,
    reader: reader ?? (streams.env['INK_SCREEN_READER'] === 'true' ? 'screen reader' : 'eyes'),
    stdin: streams.stdin as NodeJS.ReadStream,
    // Ink paints on a stream of Node, and listens to its size.
    stdout: process.stdout,
    now: () => Math.floor(clock.now() / 1_000),
    until: ({...report}) => conditionHolds(flags.failOn, report),
    onStart: (undo) => {
      restore = undo;
      cleanups.add(restore);
    },
  }).finally(() => cleanups.delete(restore));
  if (ended === 'condition met') context.exitCode = ExitCode.conditionMet;
};
