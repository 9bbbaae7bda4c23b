import {lstatSync, type Stats} from 'node:fs';
import {resolve} from 'node:path';
import {openAtomicFile} from '../../base/atomic-file.ts';
import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeJson, safeText} from '../../base/safe-text.ts';
import {shellWord} from '../../base/shell-word.ts';
import {parsePolicy} from '../../policy/load-policy.ts';
import {DEFAULT_PRESET, PRESETS, readPreset} from '../../policy/presets.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {outputFormat} from '../options/output.ts';
import type {InitFlags} from './init.ts';

export const runInit = async (flags: InitFlags, context: CliContext): Promise<void> => {
  const {out, err} = context.streams;
  const json = outputFormat(flags) === 'json';
  if (flags.list === true) {
    await out.write(json ? `${safeJson(envelope('init', {presets: PRESETS}, [], context), 2)}\n` : listing());
    return;
  }
  const preset = flags.preset ?? DEFAULT_PRESET;
  const text = readPreset(preset);
  if (flags.out === '-') {
    await out.write(text);
    return;
  }
  const path = resolve(context.cwd, flags.out);
  refuseExisting(path, flags);
  const file = openAtomicFile(path);
  context.cleanups.add(file.discard);
  file.write(new TextEncoder().encode(text));
  file.commit();
  context.cleanups.delete(file.discard);

  const limits = parsePolicy(text, flags.out).policy.limits.map(({name}) => name);
  if (json)
    await out.write(`${safeJson(envelope('init', {file: flags.out, preset, limits}, [], context), 2)}\n`);
  else await out.write(`wrote ${safeText(flags.out)} (preset ${preset})\n`);
  if (!json && flags.quiet !== true) await err.write(nextSteps(flags.out));
};

const listing = (): string => {
  const width = Math.max(...PRESETS.map(({name}) => name.length));
  return PRESETS.map(({name, description}) => `${name.padEnd(width)}  ${description}\n`).join('');
};

const statOf = (path: string): Stats | undefined => {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
};

/** A file someone wrote is not replaced unasked. Devices and pipes hold nothing to lose. */
const refuseExisting = (path: string, flags: InitFlags): void => {
  const there = statOf(path);
  if (there?.isDirectory()) {
    throw new RatectlError(`cannot write ${quoted(flags.out, 200)}: it is a folder`, {
      code: 'io/cannot-write',
      hint: `name a file in it, for example --out ${safeText(flags.out).replace(/\/+$/, '')}/ratectl.yaml`,
    });
  }
  if (flags.force === true || there === undefined || !(there.isFile() || there.isSymbolicLink())) return;
  throw new RatectlError(`${quoted(flags.out, 200)} exists and was left as it is`, {
    code: 'init/exists',
    exit: ExitCode.refused,
    hint: 'replace it with --force, or choose another file with --out',
  });
};

const nextSteps = (file: string): string => {
  const name = shellWord(safeText(file));
  return [
    'next:',
    `  ratectl validate ${name}`,
    `  ratectl simulate access.log --policy ${name}`,
    '  ratectl init --list   shows the other presets',
    '',
  ].join('\n');
};
