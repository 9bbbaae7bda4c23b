import {quoted} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import {ADDRESS_FIELDS, ATTRIBUTE_FIELDS, DURATION_FIELDS, TIME_FIELDS} from '../common-fields.ts';
import type {ParserOptions} from '../format.ts';
import {unitOfFieldName} from '../time/epoch.ts';
import type {TimeUnit} from '../time/time-unit.ts';
import {checkHeader, headerError, isValue} from './read-header.ts';

/** Tables name some things in ways of their own. */
const MORE_FIELDS: ReadonlyMap<string, readonly string[]> = new Map([['status', ['response']]]);

/** A column of the batch, the cell it is read from, and what of it is taken. */
export interface CellUse {
  readonly column: number;
  readonly cell: number;
  readonly take: 'text' | 'address' | 'path';
}

/** Which cell of a table holds what. */
export interface TableLayout {
  readonly names: readonly string[];
  readonly time: {readonly cell: number; readonly name: string};
  /** The cells that are added up; none when every request costs 1. */
  readonly cost: readonly number[];
  readonly duration: {readonly cell: number; readonly unit: TimeUnit} | undefined;
  readonly uses: readonly CellUse[];
  /** The column of `key` when the table has neither keys nor addresses; −1 otherwise. */
  readonly constantKey: number;
}

/** Finds the cell of a column, by its exact name or else without regard to case; −1 when there is none. */
const cellOf = (names: readonly string[], name: string): number => {
  const exact = names.indexOf(name);
  return exact >= 0 ? exact : names.findIndex((other) => other.toLowerCase() === name.toLowerCase());
};

const firstOf = (names: readonly string[], wanted: readonly string[]): number => {
  for (const name of wanted) {
    const cell = cellOf(names, name);
    if (cell >= 0) return cell;
  }
  return -1;
};

/** The client's address. In tables made of common log files `host`, beside `logname`, is the client. */
const addressCell = (names: readonly string[]): number => {
  const cell = firstOf(names, ADDRESS_FIELDS);
  return cell >= 0 || cellOf(names, 'logname') < 0 ? cell : cellOf(names, 'host');
};

const takeOf = (attribute: string): CellUse['take'] =>
  attribute === 'ip' ? 'address' : attribute === 'path' ? 'path' : 'text';

/** Works out where things are. Throws a RatectlError, without file and line, for a header that does not say. */
export const layoutOf = (
  names: readonly string[],
  options: ParserOptions,
  delimiter: number,
): TableLayout => {
  const {mapping, columns} = options;
  const timeCell = firstOf(names, TIME_FIELDS);
  if (timeCell < 0 && names.some(isValue)) {
    throw headerError(
      `no header: the first line is ${quoted(names.join(String.fromCharCode(delimiter)))}`,
      'the first line must name the columns, for example ts,key,cost',
    );
  }
  checkHeader(names, delimiter);
  const known = names
    .map((name) => quoted(name))
    .slice(0, 20)
    .join(', ');
  const mapped = (attribute: string, name: string): number => {
    const cell = cellOf(names, name);
    if (cell < 0)
      throw headerError(
        `--map ${attribute}: no column ${quoted(name)}${didYouMean(name, names)}`,
        `columns are: ${known}`,
      );
    return cell;
  };

  const timeName = mapping.fieldOf('t');
  const time = timeName === undefined ? timeCell : mapped('t', timeName);
  if (time < 0) throw headerError(`no time column among ${known}`, 'name it with --map t=COLUMN');
  const costCell = cellOf(names, 'cost');
  const cost =
    mapping.fieldsOf('cost')?.map((name) => mapped('cost', name)) ?? (costCell < 0 ? [] : [costCell]);
  const durationName = mapping.fieldOf('duration');
  const durationCell =
    durationName === undefined ? firstOf(names, DURATION_FIELDS) : mapped('duration', durationName);

  const address =
    mapping.fieldOf('ip') === undefined ? addressCell(names) : mapped('ip', mapping.fieldOf('ip')!);
  const uses: CellUse[] = [];
  let constantKey = -1;
  columns.names.forEach((attribute, column) => {
    const name = mapping.fieldOf(attribute);
    const own = [...(ATTRIBUTE_FIELDS.get(attribute) ?? [attribute]), ...(MORE_FIELDS.get(attribute) ?? [])];
    const cell =
      name !== undefined ? mapped(attribute, name) : attribute === 'ip' ? address : firstOf(names, own);
    if (cell >= 0) uses.push({column, cell, take: takeOf(attribute)});
    else if (attribute === 'key' && address >= 0) uses.push({column, cell: address, take: 'address'});
    else if (attribute === 'key') constantKey = column;
  });
  return {
    names,
    time: {cell: time, name: names[time]!},
    cost,
    duration:
      durationCell < 0
        ? undefined
        : {cell: durationCell, unit: unitOfFieldName(names[durationCell]!) ?? 'ms'},
    uses,
    constantKey,
  };
};
