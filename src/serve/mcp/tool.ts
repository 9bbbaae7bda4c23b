import type {Arguments, Fields} from './fields.ts';

/** What a tool answers. */
export interface ToolAnswer {
  /** As `--json` of the command: `{schema, generatedAt, context, data, warnings}`. */
  readonly json: Readonly<Record<string, unknown>>;
  /** The same for people. */
  readonly text: string;
  /** `failed`: it was not done, or not all of it. */
  readonly outcome?: 'done' | 'failed';
}

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** `changes`: offered with `--allow-write` only. */
  readonly effect: 'looks' | 'changes';
  readonly fields: Fields;
  run(given: Arguments, caller: Caller): Promise<ToolAnswer>;
}

/** Who asks, as the client calls itself: `mcp:claude-code`. No proof of identity. */
export interface Caller {
  readonly actor: string;
}

/** How texts for people are laid out: for a reader without a terminal. */
export const TEXT_STYLE = {width: 110, colour: false, ascii: false} as const;

/** Characters of a text that are given at most: an answer should leave room in the reader's memory. */
const MOST_TEXT = 20_000;

export const boundedText = (text: string): string =>
  text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)}\n… cut: structuredContent has all of it`;
