/** What a key press asks for. */
export type Command =
  | 'quit'
  | 'back'
  | 'up'
  | 'down'
  | 'page-up'
  | 'page-down'
  | 'first'
  | 'last'
  | 'next-pane'
  | 'previous-pane'
  | 'open'
  | 'filter'
  | 'invert'
  | 'sort'
  | 'reverse'
  | 'pause'
  | 'refresh'
  | 'faster'
  | 'slower'
  | 'times'
  | 'context'
  | 'copy'
  | 'mark'
  | 'unmark'
  | 'reset'
  | 'override'
  | 'mouse'
  | 'redraw'
  | 'suspend'
  | 'help';

export interface Binding {
  /** Names as `keyNames` gives them. */
  readonly keys: readonly string[];
  readonly command: Command;
  /** How the keys are called in the help; without it they are not listed. */
  readonly shown?: string;
  readonly does: string;
  readonly group: 'Look' | 'Choose' | 'Act' | 'Move';
  /** `change`: not there where nothing may be changed. */
  readonly needs?: 'change';
  /** A word for the line at the bottom; the smallest number is the last to be left out. */
  readonly hint?: {readonly word: string; readonly rank: number};
}

/** Every key of the dashboard. The help and the line at the bottom are made from it. */
export const KEYMAP: readonly Binding[] = [
  {
    keys: ['enter'],
    shown: 'Enter',
    command: 'open',
    does: 'explain the key, its last looks',
    group: 'Look',
    hint: {word: 'explain', rank: 3},
  },
  {
    keys: ['tab'],
    shown: 'Tab',
    command: 'next-pane',
    does: 'the next pane in the middle',
    group: 'Look',
    hint: {word: 'pane', rank: 6},
  },
  {keys: ['shift+tab'], shown: 'Shift-Tab', command: 'previous-pane', does: 'the pane before', group: 'Look'},
  {
    keys: [' '],
    shown: 'Space',
    command: 'pause',
    does: 'pause, and go on',
    group: 'Look',
    hint: {word: 'pause', rank: 7},
  },
  {keys: ['r'], shown: 'r', command: 'refresh', does: 'look now', group: 'Look'},
  {keys: ['+', '='], shown: '+', command: 'faster', does: 'look more often', group: 'Look'},
  {keys: ['-', '_'], shown: '-', command: 'slower', does: 'look less often', group: 'Look'},
  {
    keys: ['t'],
    shown: 't',
    command: 'times',
    does: 'times: from now, RFC 3339, ms',
    group: 'Look',
  },
  {
    keys: ['/'],
    shown: '/',
    command: 'filter',
    does: 'LIMIT/KEY that match a regex',
    group: 'Choose',
    hint: {word: 'filter', rank: 4},
  },
  {keys: ['!'], shown: '!', command: 'invert', does: 'those that do not', group: 'Choose'},
  {
    keys: ['s'],
    shown: 's',
    command: 'sort',
    does: 'sort: used, reset, denied, key',
    group: 'Choose',
    hint: {word: 'sort', rank: 5},
  },
  {keys: ['S'], shown: 'S', command: 'reverse', does: 'the other way round', group: 'Choose'},
  {keys: ['c'], shown: 'c', command: 'context', does: 'another context', group: 'Choose'},
  {
    keys: ['x'],
    shown: 'x',
    command: 'mark',
    does: 'mark the key, or unmark it',
    group: 'Act',
    needs: 'change',
    hint: {word: 'mark', rank: 10},
  },
  {keys: ['u'], shown: 'u', command: 'unmark', does: 'take all marks away', group: 'Act', needs: 'change'},
  {
    keys: ['D'],
    shown: 'D',
    command: 'reset',
    does: 'reset the marked keys, or this one',
    group: 'Act',
    needs: 'change',
    hint: {word: 'reset', rank: 8},
  },
  {
    keys: ['o'],
    shown: 'o',
    command: 'override',
    does: 'override the limit for this key',
    group: 'Act',
    needs: 'change',
    hint: {word: 'override', rank: 9},
  },
  {
    keys: ['y'],
    shown: 'y',
    command: 'copy',
    does: 'copy LIMIT/KEY (by OSC 52)',
    group: 'Act',
  },
  {keys: ['k', 'up', 'wheel-up'], shown: 'k, Up', command: 'up', does: 'up', group: 'Move'},
  {keys: ['j', 'down', 'wheel-down'], shown: 'j, Down', command: 'down', does: 'down', group: 'Move'},
  {keys: ['page-up', 'ctrl+b'], shown: 'PgUp', command: 'page-up', does: 'a page up', group: 'Move'},
  {keys: ['page-down', 'ctrl+f'], shown: 'PgDn', command: 'page-down', does: 'a page down', group: 'Move'},
  {keys: ['g', 'home'], shown: 'g, Home', command: 'first', does: 'the first', group: 'Move'},
  {keys: ['G', 'end'], shown: 'G, End', command: 'last', does: 'the last', group: 'Move'},
  {keys: ['m'], shown: 'm', command: 'mouse', does: 'mouse off (to select text), or on', group: 'Move'},
  {
    keys: ['?', 'h'],
    shown: '?',
    command: 'help',
    does: 'this help',
    group: 'Look',
    hint: {word: 'help', rank: 1},
  },
  {
    keys: ['escape'],
    shown: 'Esc',
    command: 'back',
    does: 'back, or clear the filter',
    group: 'Look',
  },
  {
    keys: ['q', 'ctrl+c'],
    shown: 'q',
    command: 'quit',
    does: 'quit',
    group: 'Look',
    hint: {word: 'quit', rank: 2},
  },
  {keys: ['ctrl+l'], command: 'redraw', does: 'paint the screen again', group: 'Look'},
  {keys: ['ctrl+z'], command: 'suspend', does: 'stop, until fg', group: 'Look'},
];

/** The keys that are there: without those that change something where nothing may be changed. */
export const keysFor = (access: 'read-only' | 'read-write'): readonly Binding[] =>
  KEYMAP.filter(({needs}) => needs === undefined || access === 'read-write');

/** What a key asks for; undefined: nothing. */
export const commandOf = (key: string, access: 'read-only' | 'read-write'): Command | undefined =>
  keysFor(access).find(({keys}) => keys.includes(key))?.command;
