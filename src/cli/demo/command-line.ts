import {shellWord} from '../../base/shell-word.ts';

/** `$ ratectl …` as a shell takes it, on as many lines as `width` columns need. */
export const commandLine = (words: readonly string[], width: number): string => {
  // An option and its value stay together.
  const parts: string[] = [];
  for (const word of words) {
    const last = parts.at(-1);
    if (last?.startsWith('--') === true && !last.includes(' ') && !word.startsWith('-'))
      parts[parts.length - 1] = `${last} ${shellWord(word)}`;
    else parts.push(shellWord(word));
  }
  const lines: string[] = [];
  let line = '$ ratectl';
  for (const part of parts) {
    // Two columns are for the backslash.
    if (`${line} ${part}`.length > width - 2) {
      lines.push(`${line} \\`);
      line = `    ${part}`;
    } else line = `${line} ${part}`;
  }
  return [...lines, line].join('\n');
};
