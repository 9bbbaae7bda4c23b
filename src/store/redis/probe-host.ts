import {createConnection} from 'node:net';
import type {Host} from '../store-target.ts';

/** Why a host cannot be connected to; undefined when it can. For drivers that keep the reason to themselves. */
export const probeHost = ({host, port}: Host, timeoutMs: number): Promise<Error | undefined> =>
  new Promise((resolve) => {
    const socket = createConnection({host, port, timeout: timeoutMs});
    const end = (error?: Error): void => {
      socket.destroy();
      resolve(error);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end(new Error('connect ETIMEDOUT')));
    socket.once('error', end);
  });

/** Whether what listens there answers PING as Redis does, without TLS. Nothing secret is sent. */
export const answersPlainly = ({host, port}: Host, timeoutMs: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection({host, port, timeout: timeoutMs});
    const end = (answers: boolean): void => {
      socket.destroy();
      resolve(answers);
    };
    socket.once('connect', () => socket.write('PING\r\n'));
    socket.once('data', (data) => end(/^(\+PONG|-[A-Z]+ )/.test(data.toString('latin1'))));
    socket.once('timeout', () => end(false));
    socket.once('error', () => end(false));
    socket.once('close', () => end(false));
  });
