import {once} from 'node:events';
import {type AddressInfo, connect, createServer, type Socket} from 'node:net';
import {setTimeout as sleep} from 'node:timers/promises';
import {onTestFinished} from 'vitest';

/** A provider that is asked and does not answer until it is told to: what happens meanwhile depends on no clock. */
export interface HeldProvider {
  readonly port: number;
  /** Resolves when somebody asks. */
  readonly asked: Promise<unknown>;
  /** Lets through what was asked, and what comes later. */
  answer(): void;
}

/** Stands before the provider that listens on `port`. */
export const holdProvider = async (port: number): Promise<HeldProvider> => {
  const told = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    void told.promise.then(() => {
      const provider = connect(port, '127.0.0.1');
      provider.on('error', () => socket.destroy());
      socket.on('close', () => provider.destroy());
      socket.pipe(provider).pipe(socket);
    });
  });
  const asked = once(server, 'connection');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {port: (server.address() as AddressInfo).port, asked, answer: told.resolve};
};

/** Lets everything in this process that can go on do so: turns are counted, so that one in which the machine stands still is one of many. */
export const settle = async (turns = 40): Promise<void> => {
  for (let i = 0; i < turns; i++) await sleep(5);
};
