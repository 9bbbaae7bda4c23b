/**
 * A process that does work in slots of a pool. Each piece of work is a connection to the server under test, which counts them; it says
 * its fencing token there, and ends after a time or when its lease is lost. What happens is printed at once.
 *
 *   node pool-process.ts STORE PREFIX PORT JOBS WORK_MS
 */
import {once} from 'node:events';
import {writeSync} from 'node:fs';
import {connect} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {createConcurrency} from '../../../src/guard/pool/create-concurrency.ts';
import {PROCESS_SPEC} from './process-spec.ts';

const [store = '', prefix = '', port = '', jobs = '', workMs = ''] = process.argv.slice(2);
const pool = await createConcurrency({
  ...{spec: PROCESS_SPEC, store, prefix, onStoreError: 'closed', timeoutMs: 5_000},
  events: {onLeaseLost: () => writeSync(1, 'lost\n')},
});

const work = (): Promise<void> =>
  pool.run(async ({signal, fencingToken}) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.on('error', () => undefined).resume();
    socket.write(`${fencingToken}\n`);
    writeSync(1, `begin ${fencingToken}\n`);
    await sleep(Number(workMs), undefined, {signal}).catch(() => undefined);
    // The slot is given back when the server has counted it.
    socket.write('end\n');
    await once(socket, 'close').catch(() => undefined);
    writeSync(1, `end ${fencingToken}\n`);
  });

await Promise.all(Array.from({length: Number(jobs)}, work));
await pool.close();
