import type {TimeUnit} from '../../time/time-unit.ts';
import type {ByteWriter} from '../byte-writer.ts';
import {type ClientDirectory, SCANNER} from '../client-directory.ts';
import type {TraceRequest} from '../trace-request.ts';
import type {Vocabulary} from '../vocabulary.ts';
import {type LineFormat, pieces} from './line-format.ts';
import {writeTime} from './write-time.ts';

const [TIME, KEY, IP, STATUS, COST, END] = pieces(
  ['{"ts":', ',"key":"', '","ip":"', ',"status":', ',"cost":', '}\n'],
  (text) => text,
) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];

/**
 * One JSON object per line:
 *
 *     {"ts":1767571200123,"key":"10.4.25.7","ip":"10.4.25.7","method":"GET","path":"/","status":200,"tenant":"acorn","plan":"free","cost":1}
 *
 * The scanner belongs to no tenant and has no plan.
 */
export class NdjsonFormat implements LineFormat {
  readonly header = '';
  readonly #clients: ClientDirectory;
  readonly #unit: TimeUnit;
  readonly #routes: readonly Uint8Array[];
  readonly #tenants: readonly Uint8Array[];

  constructor(unit: TimeUnit, clients: ClientDirectory, vocabulary: Vocabulary) {
    this.#unit = unit;
    this.#clients = clients;
    this.#routes = pieces(
      vocabulary.routes,
      ({method, path}) => `","method":"${method}","path":${JSON.stringify(path)}`,
    );
    this.#tenants = pieces(vocabulary.tenants, (tenant, i) => {
      const plan = vocabulary.plans[clients.planOf(i)];
      return `,"tenant":${JSON.stringify(tenant)},"plan":${JSON.stringify(plan)}`;
    });
  }

  write(request: TraceRequest, out: ByteWriter): void {
    out.piece(TIME);
    writeTime(out, request.time, this.#unit);
    out.piece(KEY);
    this.#clients.writeKey(out, request.rank);
    out.piece(IP);
    this.#clients.writeAddress(out, request.rank);
    out.piece(this.#routes[request.route]!);
    out.piece(STATUS);
    out.number(request.status);
    if (request.rank !== SCANNER) out.piece(this.#tenants[this.#clients.tenantOf(request.rank)]!);
    out.piece(COST);
    out.number(request.cost);
    out.piece(END);
  }
}
