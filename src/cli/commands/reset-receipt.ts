import {dirname, isAbsolute, join, relative, resolve} from 'node:path';
import {toRfc3339} from '../../base/micros.ts';
import {LineFile, type LineForm} from '../../operate/reset/line-file.ts';
import {
  formatQueueLine,
  type QueueReceipt,
  type QueueReceiptHeader,
} from '../../operate/reset/queue-receipt.ts';
import {formatRowLine} from '../../operate/reset/row-change-line.ts';
import type {RowFile} from '../../operate/reset/row-file.ts';
import type {RowFileHeader} from '../../operate/reset/row-file-header.ts';
import {defaultStorePath} from '../../store/default-store-path.ts';
import type {CliContext} from '../context.ts';

export const resolveIn = ({cwd}: CliContext, path: string): string => resolve(cwd, path);

/** A new receipt of keys: where --receipt says, else in `receipts` beside the default store's file. */
export const createReceipt = (
  path: string | undefined,
  header: RowFileHeader,
  context: CliContext,
): RowFile => createIn(path, header.action, {header, format: formatRowLine}, context);

/** A new receipt of a queue, there, too. */
export const createQueueReceipt = (
  path: string | undefined,
  header: QueueReceiptHeader,
  context: CliContext,
): QueueReceipt => createIn(path, 'reset-queue', {header, format: formatQueueLine}, context);

const createIn = <L>(
  path: string | undefined,
  name: string,
  form: LineForm<L>,
  context: CliContext,
): LineFile<L> => {
  const absolute = (shown: string): string => resolveIn(context, shown);
  if (path !== undefined) return LineFile.create(path, absolute, form);
  const {cwd, clock, streams} = context;
  const folder = join(dirname(defaultStorePath(cwd, streams.env)), 'receipts');
  const near = relative(cwd, folder);
  const shown = near.startsWith('..') || isAbsolute(near) ? folder : near;
  const stamp = toRfc3339(clock.now()).replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return LineFile.createIn(shown, `${name}-${stamp}`, absolute, form);
};
