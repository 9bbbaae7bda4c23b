import {createConnection} from 'node:net';
import {expect, test} from 'vitest';
import {serve, until} from './served.ts';
import {fillStore, SERVED_POLICY} from './served-state.ts';
import {openedStore, storeUrl} from './store-of.ts';

test('a client that goes away in the middle of a message is no error of the server', async () => {
  const store = storeUrl('sqlite');
  await fillStore(await openedStore(store));
  const serving = await serve(['--mcp', 'http'], {store, policy: SERVED_POLICY});
  const {hostname, port} = new URL(serving.url);
  const socket = createConnection(Number(port), hostname);
  const head = `POST /mcp HTTP/1.1\r\nHost: ${hostname}:${port}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n`;
  await new Promise<void>((resolve) => socket.write(`${head}{`, () => resolve()));
  const livez = (): Promise<boolean> => serving.get('/livez').then(({ok}) => ok);
  await until(livez);
  socket.destroy();
  // Its end is heard before later requests are.
  for (let i = 0; i < 20; i++) await livez();
  await serving.stop();
  expect(serving.lines().map(({event}) => event)).toEqual(['listening', 'stopping', 'stopped']);
});
