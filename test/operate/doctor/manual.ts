import {readFileSync} from 'node:fs';
import {join} from 'node:path';

export const doctorManual = readFileSync(join(import.meta.dirname, '../../../docs/doctor.md'), 'utf8');

/** Severities by check, as the tables of docs/doctor.md have them. */
export const documented: ReadonlyMap<string, readonly string[]> = new Map(
  [...doctorManual.matchAll(/^\| `([a-z]+\/[a-z-]+)` \| ([a-z, ]+) \|/gm)].map(([, id, severities]) => [
    id!,
    severities!.split(', '),
  ]),
);
