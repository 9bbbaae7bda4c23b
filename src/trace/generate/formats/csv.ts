import type {TimeUnit} from '../../time/time-unit.ts';
import type {ByteWriter} from '../byte-writer.ts';
import {type ClientDirectory, SCANNER} from '../client-directory.ts';
import type {TraceRequest} from '../trace-request.ts';
import type {Vocabulary} from '../vocabulary.ts';
import {type LineFormat, pieces} from './line-format.ts';
import {writeTime} from './write-time.ts';

const [COMMA, NEWLINE] = [0x2c, 0x0a];
const [NO_TENANT] = pieces([',,,'], (text) => text) as [Uint8Array];

/** Comma-separated with a header (RFC 4180, but lines end in \n). No value needs quotes: plans are checked, the rest is ours. */
export class CsvFormat implements LineFormat {
  readonly header = 'ts,key,ip,method,path,status,tenant,plan,cost\n';
  readonly #clients: ClientDirectory;
  readonly #unit: TimeUnit;
  readonly #routes: readonly Uint8Array[];
  readonly #tenants: readonly Uint8Array[];

  constructor(unit: TimeUnit, clients: ClientDirectory, vocabulary: Vocabulary) {
    this.#unit = unit;
    this.#clients = clients;
    this.#routes = pieces(vocabulary.routes, ({method, path}) => `,${method},${path},`);
    this.#tenants = pieces(vocabulary.tenants, (tenant, i) => {
      const plan = vocabulary.plans[clients.planOf(i)];
      return `,${tenant},${plan},`;
    });
  }

  write(request: TraceRequest, out: ByteWriter): void {
    writeTime(out, request.time, this.#unit);
    out.byte(COMMA);
    this.#clients.writeKey(out, request.rank);
    out.byte(COMMA);
    this.#clients.writeAddress(out, request.rank);
    out.piece(this.#routes[request.route]!);
    out.number(request.status);
    out.piece(request.rank === SCANNER ? NO_TENANT : this.#tenants[this.#clients.tenantOf(request.rank)]!);
    out.number(request.cost);
    out.byte(NEWLINE);
  }
}
