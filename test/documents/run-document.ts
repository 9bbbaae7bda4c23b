import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {expect} from 'vitest';
import {ROOT} from '../e2e/command.ts';
import {isAsShown, shownIn} from './console.ts';
import type {Document} from './document.ts';
import type {Manual} from './manual.ts';

/**
 * Runs every `sh` and `console` block of a document from top to bottom in one folder, and compares what `console` blocks show.
 * `UPDATE_GOLDEN=1` puts what was answered in place of what is not as shown. A block that holds one of `leaveOut` is not run.
 */
export const runDocument = async (
  {path, blocks}: Document,
  manual: Manual,
  {
    leaveOut = [],
    prepare = (code) => code,
  }: {leaveOut?: readonly string[]; prepare?: (code: string) => string} = {},
): Promise<number> => {
  let ran = 0;
  for (const {language, code, line} of blocks) {
    if (!['sh', 'console'].includes(language) || leaveOut.some((part) => code.includes(part))) continue;
    const commands = language === 'sh' ? [{command: code, answer: undefined}] : shownIn(code);
    for (const {command, answer} of commands) {
      const place = `${path}:${line}: ${command}`;
      const out = await answerOf(manual, prepare(command), place, answer);
      ran++;
      if (answer === undefined || isAsShown(answer, out)) continue;
      if (process.env['UPDATE_GOLDEN'] === '1')
        update(path, `$ ${command}\n${answer}`, `$ ${command}\n${out}`);
      else expect(out, place).toBe(answer);
    }
  }
  return ran;
};

/** Only looks: it can be asked again. */
const LOOKS = /^(?:curl|ratectl (?:status|explain|degrade(?: status)?|token ls)\b)/;

/** State moves while it is looked at: a command that only looks is asked again when its answer is not as shown. */
const answerOf = async (
  manual: Manual,
  command: string,
  place: string,
  shown: string | undefined,
): Promise<string> => {
  for (let tries = 1; ; tries++) {
    const {out, err, failures} = await manual.run(command);
    expect(failures, `${place}\n${out}${err}`).toEqual([]);
    if (shown === undefined || tries === 20 || !LOOKS.test(command) || isAsShown(shown, out)) return out;
    await sleep(200);
  }
};

const update = (path: string, before: string, after: string): void => {
  const file = join(ROOT, path);
  const tidy = after.replaceAll(/\/\S*\/ratectl-manual-\w+\//g, '');
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace(before, () => tidy),
  );
};
