import {LineFile} from './line-file.ts';
import {formatRowLine, type RowLine} from './row-change-line.ts';
import type {RowFileHeader} from './row-file-header.ts';

/** A receipt or a plan of rows while it is written. */
export type RowFile = LineFile<RowLine>;

export const RowFile = {
  create: (path: string, resolve: (path: string) => string, header: RowFileHeader): RowFile =>
    LineFile.create(path, resolve, {header, format: formatRowLine}),
  createIn: (
    folder: string,
    name: string,
    resolve: (path: string) => string,
    header: RowFileHeader,
  ): RowFile => LineFile.createIn(folder, name, resolve, {header, format: formatRowLine}),
};
