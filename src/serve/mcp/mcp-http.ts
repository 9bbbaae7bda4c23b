import {randomUUID} from 'node:crypto';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {StreamableHTTPServerTransport} from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import type {Transport} from '@modelcontextprotocol/sdk/shared/transport.js';
import {isInitializeRequest} from '@modelcontextprotocol/sdk/types.js';
import {refusalAnswer, send} from '../http/answer.ts';
import {createMcpServer, type McpOptions} from './mcp-server.ts';

const MOST_BODY = 2 * 1_048_576;
const MOST_SESSIONS = 64;
/** ms without a request after which a session is ended. */
const IDLE_MS = 1_800_000;

interface Session {
  readonly transport: StreamableHTTPServerTransport;
  usedAt: number;
}

/**
 * The protocol over streamable HTTP: a session per client, answers as JSON. Nothing is ever sent unasked, so that there is no
 * stream to GET.
 */
export class McpHttp {
  readonly #options: McpOptions;
  readonly #sessions = new Map<string, Session>();

  constructor(options: McpOptions) {
    this.#options = options;
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = request.headers['mcp-session-id'];
    const session = typeof id === 'string' ? this.#sessions.get(id) : undefined;
    if (typeof id === 'string' && session === undefined)
      return send(request, response, refused(404, 'this session is over', 'initialize again'));
    if (request.method === 'DELETE')
      return session === undefined
        ? send(request, response, refused(400, 'no session is named', 'send the header Mcp-Session-Id'))
        : session.transport.handleRequest(request, response);
    const body = await bodyOf(request);
    if (body.kind === 'gone') return;
    if (body.kind === 'too-large') {
      response.setHeader('connection', 'close');
      return send(
        request,
        response,
        refused(413, `more than ${MOST_BODY} bytes`, 'name a file below --root instead'),
      );
    }
    if (body.kind === 'no-json')
      return send(request, response, refused(400, 'the body is no JSON', 'send one JSON-RPC message'));
    const transport =
      session?.transport ?? (isInitializeRequest(body.json) ? await this.#begin() : undefined);
    if (transport === undefined)
      return send(request, response, refused(400, 'no session is named', 'begin with initialize'));
    if (session !== undefined) session.usedAt = performance.now();
    await transport.handleRequest(request, response, body.json);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map(({transport}) => transport.close()));
    this.#sessions.clear();
  }

  async #begin(): Promise<StreamableHTTPServerTransport> {
    await this.#makeRoom();
    const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      enableJsonResponse: true,
      onsessioninitialized: (id) => void this.#sessions.set(id, {transport, usedAt: performance.now()}),
      onsessionclosed: (id) => void this.#sessions.delete(id),
    });
    // The package's own types disagree about what may be undefined.
    await createMcpServer(this.#options).connect(transport as Transport);
    return transport;
  }

  /** Ends sessions that nobody uses, and the one that was used longest ago when there are too many. */
  async #makeRoom(): Promise<void> {
    const byUse = [...this.#sessions].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    const now = performance.now();
    for (const [id, {transport, usedAt}] of byUse) {
      if (this.#sessions.size < MOST_SESSIONS && now - usedAt < IDLE_MS) return;
      this.#sessions.delete(id);
      await transport.close();
    }
  }
}

type Body =
  /** The client went away in the middle of it: nobody is left to answer, and nothing is wrong here. */
  | {readonly kind: 'gone'}
  | {readonly kind: 'json'; readonly json: unknown}
  | {readonly kind: 'too-large'}
  | {readonly kind: 'no-json'};

const bodyOf = async (request: IncomingMessage): Promise<Body> => {
  if (Number(request.headers['content-length'] ?? 0) > MOST_BODY) return {kind: 'too-large'};
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MOST_BODY) return {kind: 'too-large'};
      chunks.push(chunk);
    }
  } catch (error) {
    if (!request.complete) return {kind: 'gone'};
    throw error;
  }
  try {
    return {kind: 'json', json: JSON.parse(Buffer.concat(chunks).toString('utf8'))};
  } catch {
    return {kind: 'no-json'};
  }
};

const refused = (status: number, message: string, hint: string) =>
  refusalAnswer(status, {code: 'mcp/request', message, hint});
