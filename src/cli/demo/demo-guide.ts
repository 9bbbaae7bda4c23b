import {flow} from '../../view/flow.ts';
import type {CliContext} from '../context.ts';
import {type OutputFlags, styleOf} from '../options/output.ts';
import {commandLine} from './command-line.ts';

/** Broken at this width text reads well, however wide the terminal is. */
const WIDEST = 80;

/** What is said between the screens, on stderr; nothing with --quiet. */
export class DemoGuide {
  readonly #flags: OutputFlags;
  readonly #context: CliContext;

  constructor(flags: OutputFlags, context: CliContext) {
    this.#flags = flags;
    this.#context = context;
  }

  /** A paragraph. */
  async say(text: string): Promise<void> {
    const style = {...styleOf(this.#flags, this.#context), colour: false};
    await this.#write(`${flow([text], this.#width, style).join('\n')}\n\n`);
  }

  /** The command whose answer comes next. */
  async command(words: readonly string[]): Promise<void> {
    await this.#write(`${commandLine(words, this.#width)}\n\n`);
  }

  /** Lines as they are. */
  async lines(lines: readonly string[]): Promise<void> {
    await this.#write(`${lines.join('\n')}\n`);
  }

  get #width(): number {
    return Math.min(this.#context.streams.err.columns, WIDEST);
  }

  async #write(text: string): Promise<void> {
    if (this.#flags.quiet !== true) await this.#context.streams.err.write(text);
  }
}
