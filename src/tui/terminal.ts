import {setTimeout as sleep} from 'node:timers/promises';
import type {SuspendTerminal} from './suspend-terminal.ts';

const MOUSE_ON = '\u001b[?1000h\u001b[?1006h';
const MOUSE_OFF = '\u001b[?1006l\u001b[?1000l';
const PASTE_OFF = '\u001b[?2004l';
const LEAVE = '\u001b[?1049l';
const SHOW_CURSOR = '\u001b[?25h';

/** As long as the kernel may need to stop the process. */
const STOP_MS = 50;

/** What the dashboard says to the terminal beside its frames, and how all of it is taken back. */
export class Terminal {
  readonly #out: NodeJS.WriteStream;
  readonly #wants: 'mouse' | 'keys only';
  #mouse: 'on' | 'off' = 'off';
  #stands: 'changed' | 'restored' = 'changed';

  constructor(out: NodeJS.WriteStream, wants: 'mouse' | 'keys only') {
    this.#out = out;
    this.#wants = wants;
  }

  mouse(to: 'on' | 'off'): void {
    if (this.#wants === 'keys only' || to === this.#mouse) return;
    this.#mouse = to;
    this.#write(to === 'on' ? MOUSE_ON : MOUSE_OFF);
  }

  /** By OSC 52, which reaches the clipboard of the terminal also over ssh. */
  copy(text: string): void {
    this.#write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`);
  }

  /** Ctrl-Z: the shell gets the terminal as it was, until fg. */
  async suspend(hand: SuspendTerminal): Promise<void> {
    const mouse = this.#mouse;
    await hand(async () => {
      this.mouse('off');
      this.#write(SHOW_CURSOR);
      try {
        // The whole group, so that whoever started this process stops with it. Where nobody could continue it nothing happens.
        process.kill(0, 'SIGTSTP');
      } catch {
        // A system without job control.
        return;
      }
      await sleep(STOP_MS);
    });
    this.mouse(mouse);
  }

  /** Undoes whatever was done, once: `frames` takes the frames away, and may fail. */
  restore(frames: () => void): void {
    if (this.#stands === 'restored') return;
    this.#stands = 'restored';
    this.mouse('off');
    let failed = true;
    try {
      frames();
      failed = false;
    } finally {
      // In the normal case Ink has left the other screen; a second time would move the cursor.
      this.#write(`${PASTE_OFF}${failed && this.#wants === 'mouse' ? LEAVE : ''}${SHOW_CURSOR}`);
    }
  }

  #write(text: string): void {
    try {
      this.#out.write(text);
    } catch {
      // The terminal is gone: nobody is left to tell.
    }
  }
}
