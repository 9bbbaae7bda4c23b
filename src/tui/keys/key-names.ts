import type {Key} from 'ink';

const NAMED: readonly (readonly [keyof Key, string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'page-up'],
  ['pageDown', 'page-down'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'escape'],
  ['backspace', 'backspace'],
  ['delete', 'delete'],
];

/**
 * The names of what Ink tells of: `up`, `page-down`, `enter`, `ctrl+c`, `shift+tab`, else the character itself. Keys that were pressed
 * faster than they were read come together, and are several names.
 */
export const keyNames = (input: string, key: Partial<Key>): readonly string[] => {
  if (key.tab === true) return [key.shift === true ? 'shift+tab' : 'tab'];
  const named = NAMED.find(([property]) => key[property] === true);
  if (named !== undefined) return [named[1]];
  if (key.ctrl === true) return input === '' ? [] : [`ctrl+${input}`];
  if (key.meta === true) return [];
  return Array.from(input, (char) => CONTROL[char] ?? char).filter((name) => name >= ' ');
};

/** Several keys at once come as they are. */
const CONTROL: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\u007f': 'backspace',
  '\u0003': 'ctrl+c',
  '\u001a': 'ctrl+z',
};
