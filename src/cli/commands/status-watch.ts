import {setTimeout as pause} from 'node:timers/promises';
import {ExitCode} from '../../base/exit-code.ts';
import {toRfc3339} from '../../base/micros.ts';
import {isRatectlError} from '../../base/ratectl-error.ts';
import {safeJson} from '../../base/safe-text.ts';
import {readStatus, type StatusAnswer} from '../../operate/status/read-status.ts';
import {StatusChanges} from '../../operate/status/status-changes.ts';
import {isStoreError} from '../../store/store-error.ts';
import {flow} from '../../view/flow.ts';
import {pickFields} from '../../view/status/pick-fields.ts';
import {usableWidth} from '../../view/style.ts';
import type {CliContext} from '../context.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {type Target, withTarget} from '../with-target.ts';
import type {StatusFlags} from './status.ts';
import {conditionHolds, type StatusRequest} from './status-query.ts';
import {statusSource, statusText} from './status-run.ts';
import {canShowDashboard, showDashboard} from './top-session.ts';

/** Keys followed when nothing else is asked for. */
const MOST_WATCHED = 1_000;

/** What becomes of each look: a screen painted over the last, or lines. */
interface WatchOutput {
  show(answer: StatusAnswer, target: Target): Promise<void>;
  /** The store cannot be reached: what was seen last stays. */
  lost(reason: string): Promise<void>;
}

/**
 * Looks again and again until the reader goes away or the process is told to end. The first look must succeed; after it a lost
 * store is tried again at every interval. Ends with exit 5 as soon as --fail-on holds.
 */
export const watchStatus = async (
  request: StatusRequest,
  flags: StatusFlags,
  context: CliContext,
): Promise<void> => {
  const {out} = context.streams;
  const painted = out.isTTY && ['table', 'wide'].includes(outputFormat(flags));
  if (painted && canShowDashboard(flags, context)) return showDashboard(request, flags, context);
  const output = painted ? screen(request, flags, context) : changeLines(request, context);
  // Lines have no screen to fit into.
  const query =
    painted || flags.limit !== undefined ? request.query : {...request.query, limit: MOST_WATCHED};
  let seen = false;
  let met = false;
  while (!out.closed && !met) {
    try {
      await withTarget(flags, context, 'read', async (target) => {
        while (!out.closed) {
          const answer = await readStatus(statusSource(target, context), query);
          await output.show(answer, target);
          seen = true;
          met = conditionHolds(flags.failOn, answer.report);
          if (met) return;
          await pause(request.interval);
        }
      });
    } catch (error) {
      if (!seen || !isStoreError(error)) throw error;
      await output.lost(isRatectlError(error) ? error.message : String(error));
      await pause(request.interval);
    }
  }
  if (met) context.exitCode = ExitCode.conditionMet;
};

const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
/** Another screen, without cursor; and back. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';

const screen = (request: StatusRequest, flags: StatusFlags, context: CliContext): WatchOutput => {
  const {out} = context.streams;
  let last: string | undefined;
  let lostAt: number | undefined;
  /** In lines that fit: one that the terminal breaks would make the frame taller than the screen. */
  const lines = (text: string, indent: number): readonly string[] => {
    const style = styleOf(flags, context);
    return flow([text], usableWidth(style) - indent, style).map((line) => `${' '.repeat(indent)}${line}`);
  };
  const paint = async (text: string, banner: string): Promise<void> => {
    if (last === undefined) {
      context.cleanups.add(() => void out.write(LEAVE));
      await out.write(ENTER);
    }
    last = text;
    // A frame as tall as the screen would scroll, and the next one be painted beside it.
    const frame = `${banner}${text}`
      .trimEnd()
      .split('\n')
      .slice(0, (out.rows ?? 1_000) - 1);
    await out.write(`${HOME}${frame.map((line) => `${line}${CLEAR_LINE}\n`).join('')}${CLEAR_BELOW}`);
  };
  return {
    async show(answer, target) {
      lostAt = undefined;
      const warnings = [...target.warnings, ...answer.warnings];
      const text = statusText(answer, {target, fields: request.fields, warnings}, flags, context);
      const notes = flags.quiet === true ? [] : warnings.flatMap((one) => lines(`warning: ${one}`, 2));
      await paint([text, ...notes].join('\n'), '');
    },
    async lost(reason) {
      const now = context.clock.now();
      lostAt ??= now;
      const age = Math.round((now - lostAt) / 1_000_000);
      const banner = lines(`STALE for ${age}s: ${reason}; trying again`, 0);
      await paint(last ?? '', `${banner.join('\n')}\n`);
    },
  };
};

const changeLines = (request: StatusRequest, context: CliContext): WatchOutput => {
  const {out} = context.streams;
  const changes = new StatusChanges();
  let lost = false;
  const write = (records: readonly unknown[]): Promise<void> =>
    out.write(records.map((record) => `${safeJson(record)}\n`).join(''));
  return {
    async show({report}) {
      const at = report.store.now;
      const found = lost ? [{kind: 'found', at}] : [];
      lost = false;
      await write([...found, ...changes.since(report, (key) => pickFields(key, request.fields))]);
    },
    async lost(reason) {
      lost = true;
      await write([{kind: 'lost', at: toRfc3339(context.clock.now()), reason}]);
    },
  };
};
