import {once} from 'node:events';
import {type AddressInfo, createConnection, createServer, type Socket} from 'node:net';

/** A way to a server of this machine. */
export interface SilencedWay {
  readonly port: number;
  /**
   * From here on nothing passes through connections that are open, and neither end is told, as behind a firewall that forgot them.
   * New ones are as before.
   */
  silence(): void;
  close(): void;
}

export const silencedWay = async (serverPort: number): Promise<SilencedWay> => {
  const passing = new Set<Socket>();
  const all = new Set<Socket>();
  const way = createServer((near) => {
    const far = createConnection(serverPort, '127.0.0.1');
    near.pipe(far).pipe(near);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      passing.add(socket);
      all.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        passing.delete(socket);
        all.delete(socket);
        other.destroy();
      });
    }
  });
  way.listen(0, '127.0.0.1');
  await once(way, 'listening');
  return {
    port: (way.address() as AddressInfo).port,
    silence: () => {
      for (const socket of passing) socket.unpipe().resume();
      passing.clear();
    },
    close: () => {
      way.close();
      for (const socket of all) socket.destroy();
    },
  };
};
