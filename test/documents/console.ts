/** A command of a `console` block, and what the document shows of its answer. */
export interface Shown {
  readonly command: string;
  readonly answer: string;
}

/** `$ command`, its answer below it, the next `$ command` … */
export const shownIn = (code: string): readonly Shown[] =>
  code
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const end = part.indexOf('\n');
      return {command: part.slice(0, end), answer: part.slice(end + 1)};
    });

/** What differs from one run to the next, longest first: each becomes a word of its own. */
const VARIABLE: readonly (readonly [RegExp, string])[] = [
  // The folder that the commands ran in.
  [/\/\S*\/ratectl-manual-\w+\//g, ''],
  [/sqlite 3\.\d+\.\d+/g, 'sqlite VERSION'],
  [/\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z| UTC)?/g, 'TIME'],
  [/\d{2}-\d{2} \d{2}:\d{2}/g, 'TIME'],
  [/\d{2}:\d{2}(?::\d{2})?(?: UTC|Z)?/g, 'TIME'],
  [/\d{8}T\d{6}Z/g, 'TIME'],
  [/\bada@[\w.-]+/g, 'ada@HOST'],
  [/\b\d{13,}\b/g, 'INSTANT'],
  [/\b[0-9a-f]{8}\b/g, 'FINGERPRINT'],
  [/\b(?:\d+(?:\.\d+)?(?:ms|µs|us|s|m|h|d))+\b/g, 'SPAN'],
  [/\b\d+(?:\.\d+)?%/g, 'SHARE'],
  [/(?<=[\s,])\d+ (allowed|denied)\b/g, 'COUNT $1'],
  // A flood is refused as often as it is fast.
  [/\b(\d{1,3}(?:\.\d{1,3}){3})\s+\d+\b/g, '$1 COUNT'],
  [/\b\d+ requests? in the last minute/g, 'COUNT in the last minute'],
  [/[█▏▎▍▌▋▊▉]+/g, ''],
  // The last column of keys in `status`: refusals of the last minute.
  [/ \d+$/gm, ' COUNT'],
];

const wordsOf = (text: string): string =>
  VARIABLE.reduce((words, [pattern, word]) => words.replaceAll(pattern, word), text)
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ');

/**
 * Whether an answer is what a document shows: the same words, whatever the times, the widths of columns and the breaks of lines. A
 * line with nothing but `…` stands for any words, also for none.
 */
export const isAsShown = (shown: string, answer: string): boolean => {
  const [first = '', ...rest] = shown.split(/^ *…\n/m).map(padded);
  const text = padded(answer);
  if (rest.length === 0) return text === first;
  const last = rest.pop()!;
  if (!text.startsWith(first)) return false;
  // The space between two words ends one part and begins the next.
  let at = Math.max(0, first.length - 1);
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + Math.max(0, part.length - 1);
  }
  return text.endsWith(last) && text.length - last.length >= at - (last === '' ? 1 : 0);
};

/** Words with a space before and behind each, so that half a word is none. */
const padded = (text: string): string => {
  const words = wordsOf(text);
  return words === '' ? '' : ` ${words} `;
};
