import {Command} from 'ioredis';

/**
 * A call of a script whose last argument is bytes. The driver would put such a command together from three pieces per key;
 * here all text is one piece.
 */
export class ScriptCommand extends Command {
  readonly #text: string;
  readonly #bytes: Buffer;

  constructor(name: 'evalsha' | 'eval', script: string, keys: readonly string[], bytes: Buffer) {
    super(name, [script, String(keys.length), ...keys, bytes], {replyEncoding: null});
    const count = String(keys.length);
    let text = `*${keys.length + 4}\r\n${bulk(name)}${bulk(script)}${bulk(count)}`;
    for (const key of keys) text += bulk(key);
    this.#text = `${text}$${bytes.length}\r\n`;
    this.#bytes = bytes;
  }

  /** Whoever sends it keeps the time: a timer for each command costs as much as all else that is done for it. */
  override setTimeout(): void {}

  override toWritable(): Buffer {
    const size = Buffer.byteLength(this.#text);
    const wire = Buffer.allocUnsafe(size + this.#bytes.length + 2);
    wire.write(this.#text, 0, size);
    this.#bytes.copy(wire, size);
    wire.write('\r\n', size + this.#bytes.length);
    return wire;
  }
}

const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
