import {Command} from 'ioredis';
import {bulk} from './bulk.ts';
import type {Script} from './script-library.ts';

/**
 * A call of a script whose last argument is bytes. The driver would put such a command together from three pieces per key;
 * here all text is one piece.
 */
export class ScriptCommand extends Command {
  readonly #text: string;
  readonly #bytes: Buffer;

  constructor(name: 'evalsha' | 'eval', script: Script, keys: readonly string[], bytes: Buffer) {
    const count = String(keys.length);
    super(name, [name === 'eval' ? script.source : script.sha, count, ...keys, bytes], {replyEncoding: null});
    const call = name === 'eval' ? `${bulk(name)}${bulk(script.source)}` : script.call;
    let text = `*${keys.length + 4}\r\n${call}$${count.length}\r\n${count}\r\n`;
    for (const key of keys) text += bulk(key);
    this.#text = `${text}$${bytes.length}\r\n`;
    this.#bytes = bytes;
  }

  /** Whoever sends it keeps the time: a timer for each command costs as much as all else that is done for it. */
  override setTimeout(): void {}

  override toWritable(): Buffer {
    const size = Buffer.byteLength(this.#text);
    const end = size + this.#bytes.length;
    const wire = Buffer.allocUnsafe(end + 2);
    wire.write(this.#text, 0, size);
    wire.set(this.#bytes, size);
    wire[end] = 13;
    wire[end + 1] = 10;
    return wire;
  }
}
