import {createConnection, createServer, type Socket} from 'node:net';
import {inject, onTestFinished} from 'vitest';

/** Stands before Redis, and breaks a connection in place of passing on what `breaks` says. Answers its port. */
export const relay = async (breaks: (request: string) => boolean): Promise<number> => {
  const {port, hostname} = new URL(inject('redisUrl'));
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = createConnection(Number(port), hostname);
    const end = (): void => {
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) sockets.add(socket.on('error', end).on('close', end));
    near.on('data', (bytes) => (breaks(bytes.toString('latin1')) ? end() : far.write(bytes)));
    far.on('data', (bytes) => near.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return (server.address() as {readonly port: number}).port;
};
