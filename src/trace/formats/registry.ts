import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {didYouMean} from '../../base/suggest.ts';
import type {TraceFormat} from '../format.ts';
import {tableFormats} from './csv.ts';
import {jsonFormats} from './json-formats.ts';
import {logFormats} from './log-formats.ts';

/** Every format that can be read. Where two are equally sure of a file, the first one has it. */
export const TRACE_FORMATS: readonly TraceFormat[] = [...logFormats, ...jsonFormats, ...tableFormats];

/** The format of `--format NAME`. Throws a usage error that lists the names. */
export const formatNamed = (name: string): TraceFormat => {
  const found = TRACE_FORMATS.find((format) => format.name === name);
  if (found !== undefined) return found;
  const names = TRACE_FORMATS.map((format) => format.name);
  throw new RatectlError(`--format: no format ${quoted(name)}${didYouMean(name, names)}`, {
    code: 'usage/format',
    hint: `formats are: auto, ${names.join(', ')}`,
  });
};
