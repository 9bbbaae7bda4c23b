import {once} from 'node:events';
import {connect} from 'node:net';
import {createInterface} from 'node:readline';

/** What a server is told, from the other end of MONITOR. */
export interface RedisMonitor {
  /** Names of the commands with the text in them, in lower case. */
  readonly sent: ReadonlySet<string>;
  close(): void;
}

/**
 * Watches the commands with a text in them. Without a driver: on a server that is busy with others the first lines come together
 * with the answer to MONITOR, which drivers take for answers to nothing.
 */
export const watchCommands = async (url: string, text: string): Promise<RedisMonitor> => {
  const {hostname, port} = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  const sent = new Set<string>();
  const lines = createInterface({input: socket});
  const answered = once(lines, 'line');
  lines.on('line', (line) => {
    // +1767614400.123456 [0 127.0.0.1:1234] "get" "key"
    const name = line.split('"')[1];
    if (name !== undefined && line.includes(text)) sent.add(name.toLowerCase());
  });
  socket.write('MONITOR\r\n');
  await answered;
  return {
    sent,
    close() {
      lines.close();
      socket.destroy();
    },
  };
};
