/** The fake provider as a process: `node server.ts --port 0 --rotation strict --log FILE` prints its port and runs until a signal. */
import {parseArgs} from 'node:util';
import type {Rotation} from '../../../src/engine/refresh/refresh-transitions.ts';
import {FakeOAuthServer} from './fake-oauth-server.ts';

const {values} = parseArgs({
  options: {
    port: {type: 'string', default: '0'},
    rotation: {type: 'string', default: 'strict'},
    log: {type: 'string'},
    client: {type: 'string', default: 'app'},
    /** Given: the client proves itself with it, in the header; else it is public. */
    secret: {type: 'string'},
    'expires-in': {type: 'string', default: '3600'},
  },
});
const {client: id, secret, log} = values;

const fake = await FakeOAuthServer.start({
  port: Number(values.port),
  rotation: values.rotation as Rotation,
  client: secret === undefined ? {id, auth: 'none'} : {id, auth: 'basic', secret},
  expiresIn: Number(values['expires-in']),
  ...(log === undefined ? {} : {log}),
});
process.stdout.write(`${fake.port}\n`);
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void fake.close());
