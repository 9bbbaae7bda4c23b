/**
 * A small HTTP server that can do WORKERS things at once, as one before a database with so many connections: what it gets beyond that
 * waits in a line without end, also when nobody waits for the answer any more. How long a request takes, the client says: so
 * the same traffic can be given to it twice, and to a replay.
 *
 *     node server.ts open|protected POLICY WORKERS      prints its port
 */
import {createServer, type IncomingMessage, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import {expressLimiter} from '../../../src/guard/http/express-limiter.ts';
import {createProtection} from '../../../src/guard/protect/create-protection.ts';

const [mode, policy, workers] = process.argv.slice(2);
const places = Number(workers);
const line: (() => void)[] = [];
let busy = 0;

const next = (): void => {
  while (busy < places && line.length > 0) {
    busy++;
    line.shift()!();
  }
};

const work = (request: IncomingMessage, response: ServerResponse): void => {
  line.push(() => {
    setTimeout(() => {
      busy--;
      response.end('done');
      next();
    }, Number(request.headers['x-takes-ms']));
  });
  next();
};

const limited =
  mode === 'protected'
    ? expressLimiter(await createProtection({policy: policy!, store: 'memory:'}))
    : undefined;

const server = createServer((request, response) => {
  if (limited === undefined) work(request, response);
  else
    limited(request, response, (error) => {
      if (error === undefined) work(request, response);
      else response.writeHead(500).end(String(error));
    });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
process.on('SIGTERM', () => process.exit(0));
