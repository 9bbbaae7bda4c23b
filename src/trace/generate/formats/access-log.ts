import type {ByteWriter} from '../byte-writer.ts';
import type {ClientDirectory} from '../client-directory.ts';
import type {TraceRequest} from '../trace-request.ts';
import type {Vocabulary} from '../vocabulary.ts';
import {type LineFormat, pieces} from './line-format.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const [SPACE, NEWLINE] = [0x20, 0x0a];
const [DASH, NO_USER, NO_NAME] = pieces(['-', ' - - ', ' - '], (text) => text) as [
  Uint8Array,
  Uint8Array,
  Uint8Array,
];

const two = (n: number): string => String(n).padStart(2, '0');

const stamp = (second: number): string => {
  const d = new Date(second * 1000);
  const date = `${two(d.getUTCDate())}/${MONTHS[d.getUTCMonth()]}/${d.getUTCFullYear()}`;
  return `[${date}:${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} +0000] `;
};

/**
 * Common log format and, with referrer and agent, Combined, as Apache and nginx write them. Whole seconds, UTC:
 *
 *     10.4.25.7 - - [05/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 18400 "-" "curl/8.14.1"
 */
export class AccessLogFormat implements LineFormat {
  readonly header = '';
  readonly #clients: ClientDirectory;
  readonly #requestLines: readonly Uint8Array[];
  readonly #statuses: readonly Uint8Array[];
  readonly #referrers: readonly Uint8Array[];
  readonly #agents: readonly Uint8Array[];
  readonly #combined: boolean;
  #second = Number.NaN;
  #stamp: Uint8Array = new Uint8Array(0);

  constructor(style: 'common' | 'combined', clients: ClientDirectory, vocabulary: Vocabulary) {
    this.#combined = style === 'combined';
    this.#clients = clients;
    this.#requestLines = pieces(vocabulary.routes, (route) => `"${route.method} ${route.path} HTTP/1.1" `);
    this.#statuses = pieces(
      Array.from({length: 600}, (_, i) => i),
      (status) => `${status} `,
    );
    this.#referrers = pieces(vocabulary.routes, (route) => ` "${route.referrer || '-'}" "`);
    this.#agents = pieces(vocabulary.agents, (agent) => `${agent.name}"\n`);
  }

  write(request: TraceRequest, out: ByteWriter): void {
    this.#clients.writeAddress(out, request.rank);
    this.#writeUser(out, request.rank);
    out.piece(this.#stampOf(request.time));
    out.piece(this.#requestLines[request.route]!);
    out.piece(this.#statuses[request.status]!);
    if (request.size === 0) out.piece(DASH);
    else out.number(request.size);
    if (this.#combined) {
      out.piece(this.#referrers[request.route]!);
      out.piece(this.#agents[request.agent]!);
    } else {
      out.byte(NEWLINE);
    }
  }

  #writeUser(out: ByteWriter, rank: number): void {
    if (this.#clients.hasUser(rank)) {
      out.piece(NO_NAME);
      this.#clients.writeKey(out, rank);
      out.byte(SPACE);
    } else {
      out.piece(NO_USER);
    }
  }

  #stampOf(time: number): Uint8Array {
    const second = Math.floor(time / 1e6);
    if (second !== this.#second) {
      this.#second = second;
      this.#stamp = new TextEncoder().encode(stamp(second));
    }
    return this.#stamp;
  }
}
