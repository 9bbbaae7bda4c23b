import {type Readable, Writable} from 'node:stream';
import {StdioServerTransport} from '@modelcontextprotocol/sdk/server/stdio.js';
import type {Transport} from '@modelcontextprotocol/sdk/shared/transport.js';
import type {Streams} from '../../base/streams.ts';
import {createMcpServer, type McpOptions} from './mcp-server.ts';

export interface RunningStdio {
  /** Resolves when the client has gone away. */
  readonly ended: Promise<void>;
  close(): Promise<void>;
}

export interface StdioOptions extends McpOptions {
  /** A line of the client that is no message of the protocol: nobody can be answered. `why` holds nothing of the line. */
  readonly onUnread: (why: string) => void;
}

/** The protocol over standard input and output: a JSON-RPC message a line, and nothing else on standard output. */
export const startMcpStdio = async (
  {stdin, out}: Pick<Streams, 'stdin' | 'out'>,
  options: StdioOptions,
): Promise<RunningStdio> => {
  const output = new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _, done) => {
      out.write(chunk).then(() => done(), done);
    },
  });
  output.on('error', options.onError);
  const transport = new StdioServerTransport(stdin as Readable, output);
  const server = createMcpServer(options);
  server.onerror = (error) => {
    const why = whyUnread(error);
    if (why === undefined) options.onError(error);
    else options.onUnread(why);
  };
  const ended = new Promise<void>((resolve) => {
    stdin.once('end', resolve);
    stdin.once('close', resolve);
    server.onclose = resolve;
  });
  await server.connect(transport as Transport);
  return {ended, close: () => server.close()};
};

/** Undefined: the error is another one. */
const whyUnread = (error: Error): string | undefined =>
  error instanceof SyntaxError
    ? 'it is no JSON'
    : 'issues' in error
      ? 'it is no message of JSON-RPC 2.0'
      : undefined;
