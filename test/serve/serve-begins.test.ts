import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {type AddressInfo, createServer, type Socket} from 'node:net';
import {describe, expect, onTestFinished, test} from 'vitest';
import {BIN} from '../e2e/command.ts';
import {tempFolder, until} from './served.ts';
import {fillStore} from './served-state.ts';
import {openedStore, storeUrl} from './store-of.ts';

/** Accepts connections and says nothing. */
const silentServer = async (): Promise<{readonly port: number; readonly connected: Promise<unknown>}> => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return {port: (server.address() as AddressInfo).port, connected: once(server, 'connection')};
};

/** The built command as a process of its own. */
const start = (args: readonly string[]): {readonly child: ChildProcess; readonly err: () => string} => {
  const cwd = tempFolder();
  const child = spawn(process.execPath, [BIN, 'serve', ...args], {
    cwd,
    env: {...process.env, HOME: cwd},
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  child.stderr!.on('data', (chunk) => {
    text += String(chunk);
  });
  return {child, err: () => text};
};

describe('ratectl serve, until it serves', {timeout: 60_000}, () => {
  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)(
    '%s while the store does not answer ends it at once, as such',
    async (signal, code) => {
      const {port, connected} = await silentServer();
      const {child, err} = start([
        '--listen',
        '127.0.0.1:0',
        '--store',
        `redis://127.0.0.1:${port}`,
        '--timeout',
        '50s',
      ]);
      await connected;
      const exited = once(child, 'exit');
      child.kill(signal);
      expect(await exited).toEqual([code, null]);
      expect(err()).toBe('');
    },
    40_000,
  );

  test('on a port that is taken it tells no alert: who starts it again and again is not told each time', async () => {
    const {port} = await silentServer();
    const store = storeUrl('sqlite');
    await fillStore(await openedStore(store));
    const {child, err} = start([
      '--listen',
      `127.0.0.1:${port}`,
      '--store',
      store,
      '--alert-log',
      '--mcp',
      'http',
    ]);
    expect(await once(child, 'exit')).toEqual([2, null]);
    expect(err()).toMatch(/^ratectl: cannot listen on .*another program has it/);
  });

  test.each(['https://limits.example', 'limits.example:8080', 'limits.example/', '*', ''])(
    '--allow-host "%s", for which no request could come, is refused (exit 2)',
    async (name) => {
      const {child, err} = start(['--allow-host', name, '--listen', '127.0.0.1:0', '--store', 'memory:']);
      expect(await once(child, 'exit')).toEqual([2, null]);
      expect(err()).toContain('expected a name without scheme, port and path');
    },
  );
});

describe('tools over standard input', {timeout: 60_000}, () => {
  test('a line that is no message is left out, and the log says so without its text', async () => {
    const store = storeUrl('sqlite');
    await fillStore(await openedStore(store));
    const {child, err} = start(['--mcp', 'stdio', '--store', store]);
    const params = {
      protocolVersion: '2025-06-18',
      capabilities: {},
      clientInfo: {name: 'test', version: '1'},
    };
    let out = '';
    child.stdout!.on('data', (chunk) => {
      out += String(chunk);
    });
    child.stdin!.write('private words\n{"jsonrpc": "2.0", "id": 7}\n');
    child.stdin!.write(`${JSON.stringify({jsonrpc: '2.0', id: 1, method: 'initialize', params})}\n`);
    await until(() => out.includes('"id":1'));
    await until(() => err().includes('JSON-RPC'));
    expect(
      err()
        .split('\n')
        .map((line) => line.slice(26)),
    ).toEqual([
      'warning      a line of the client was left out: it is no JSON',
      'warning      a line of the client was left out: it is no message of JSON-RPC 2.0',
      '',
    ]);
  });
});
