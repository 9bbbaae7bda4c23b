import {type Command, Option} from 'commander';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {TIME_FORMATS, type TimeFormat, type Times} from '../../view/when.ts';
import type {CliContext} from '../context.ts';

export interface TimeFlags {
  readonly tz?: string;
  readonly timeFormat: TimeFormat;
}

const GROUP = 'Output:';

/** Adds the flags that say how instants are written. */
export const addTimeOptions = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--tz <zone>',
        'time zone, e.g. Europe/Berlin, utc, local (default: local on a terminal)',
      ).helpGroup(GROUP),
    )
    .addOption(
      new Option('--time-format <form>', 'from now, as RFC 3339, or in ms since 1970')
        .choices([...TIME_FORMATS])
        .default('relative')
        .helpGroup(GROUP),
    );

/** How instants are written. `now` is what spans are counted from, ms since the epoch. */
export const timesOf = ({tz, timeFormat}: TimeFlags, now: number, {streams}: CliContext): Times => ({
  format: timeFormat,
  timeZone: zoneOf(tz ?? (streams.out.isTTY ? 'local' : 'utc')),
  now,
});

const zoneOf = (asked: string): string => {
  if (asked.toLowerCase() === 'utc') return 'UTC';
  const {timeZone} = new Intl.DateTimeFormat().resolvedOptions();
  if (asked.toLowerCase() === 'local') return timeZone;
  try {
    return new Intl.DateTimeFormat('en-US', {timeZone: asked}).resolvedOptions().timeZone;
  } catch {
    throw new RatectlError(`unknown time zone ${quoted(asked)}`, {
      code: 'usage/time-zone',
      hint: 'expected a name such as Europe/Berlin, or utc, or local',
    });
  }
};
