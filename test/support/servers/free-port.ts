import {createServer} from 'node:net';

/** A Redis Cluster talks among itself on a port so much higher. */
const CLUSTER_BUS = 10_000;

/**
 * A port that nobody listens on now; below those that the system gives to clients, and so low that the port of a Cluster's bus is, too.
 */
export const freePort = async (): Promise<number> => {
  for (;;) {
    const port = 10_500 + Math.floor(Math.random() * 12_000);
    if ((await isFree(port)) && (await isFree(port + CLUSTER_BUS))) return port;
  }
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
