import {PassThrough} from 'node:stream';
import {StringDecoder} from 'node:string_decoder';

/** A report of the mouse, places counted from 0. */
export interface MouseReport {
  readonly what: 'wheel-up' | 'wheel-down' | 'press';
  readonly column: number;
  readonly line: number;
}

/** As terminals report it in SGR form: `ESC [ < button ; column ; line M`, `m` when the button is let go. */
const REPORT = /\u001b\[<(\d+);(\d+);(\d+)([Mm])/g;
/** The beginning of one at the end of what was read. */
const CUT = /\u001b\[<[\d;]*$/;

/**
 * The keyboard without the mouse: Ink knows no mouse and throws its reports away, so they are taken out of the input before Ink
 * reads it. Everything else about the terminal is passed on.
 */
export class MouseInput extends PassThrough {
  readonly isTTY = true;
  readonly #source: NodeJS.ReadStream;
  readonly #report: (report: MouseReport) => void;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';

  constructor(source: NodeJS.ReadStream, report: (report: MouseReport) => void) {
    super();
    this.#source = source;
    this.#report = report;
    source.on('data', this.#take);
    source.on('end', this.#end);
  }

  setRawMode(mode: boolean): this {
    this.#source.setRawMode(mode);
    return this;
  }

  ref(): this {
    this.#source.ref();
    return this;
  }

  unref(): this {
    this.#source.unref();
    return this;
  }

  /** Leaves the keyboard to whoever comes next. */
  release(): void {
    this.#source.off('data', this.#take);
    this.#source.off('end', this.#end);
    this.#source.pause();
  }

  readonly #end = (): void => void this.end();

  readonly #take = (chunk: Buffer | string): void => {
    const text = this.#rest + (typeof chunk === 'string' ? chunk : this.#decoder.write(chunk));
    const cut = CUT.exec(text);
    this.#rest = cut === null ? '' : cut[0];
    const whole = cut === null ? text : text.slice(0, cut.index);
    const keys = whole.replace(REPORT, (_, button: string, column: string, line: string, end: string) => {
      const what = WHAT[button];
      if (what !== undefined && end === 'M')
        this.#report({what, column: Number(column) - 1, line: Number(line) - 1});
      return '';
    });
    if (keys !== '') this.write(keys);
  };
}

const WHAT: Readonly<Record<string, MouseReport['what']>> = {
  '0': 'press',
  '64': 'wheel-up',
  '65': 'wheel-down',
};
