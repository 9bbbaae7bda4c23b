import {dirname, isAbsolute, join, relative, resolve} from 'node:path';
import {toRfc3339} from '../../base/micros.ts';
import {RowFile} from '../../operate/reset/row-file.ts';
import type {RowFileHeader} from '../../operate/reset/row-file-header.ts';
import {defaultStorePath} from '../../store/default-store-path.ts';
import type {CliContext} from '../context.ts';

export const resolveIn = ({cwd}: CliContext, path: string): string => resolve(cwd, path);

/** A new receipt: where --receipt says, else in `receipts` beside the default store's file. */
export const createReceipt = (
  path: string | undefined,
  header: RowFileHeader,
  context: CliContext,
): RowFile => {
  const absolute = (name: string): string => resolveIn(context, name);
  if (path !== undefined) return RowFile.create(path, absolute, header);
  const {cwd, clock, streams} = context;
  const folder = join(dirname(defaultStorePath(cwd, streams.env)), 'receipts');
  const near = relative(cwd, folder);
  const shown = near.startsWith('..') || isAbsolute(near) ? folder : near;
  const stamp = toRfc3339(clock.now()).replace(/\.\d+/, '').replaceAll(/[-:]/g, '');
  return RowFile.createIn(shown, `${header.action}-${stamp}`, absolute, header);
};
