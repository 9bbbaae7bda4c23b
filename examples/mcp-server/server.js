// An MCP server over stdio whose tools have limits. See README.md beside this file.
import {fileURLToPath} from 'node:url';
import {McpServer} from '@modelcontextprotocol/sdk/server/mcp.js';
import {StdioServerTransport} from '@modelcontextprotocol/sdk/server/stdio.js';
import {createLimiter, limiterOptionsFromEnv, limitMcpTransport} from 'ratectl';
import {z} from 'zod';

const limiter = await createLimiter({
  policy: fileURLToPath(new URL('ratectl.yaml', import.meta.url)),
  store: process.env.RATECTL_STORE ?? 'sqlite:',
  ...limiterOptionsFromEnv(),
  // Standard output is the protocol's: whatever is said goes to standard error.
  events: {onDenied: ({limit, retryAfterMs}) => console.error(`denied by ${limit}, again in ${retryAfterMs} ms`)},
});

const server = new McpServer({name: 'ratectl-example', version: '1.0.0'});

const ITEMS = ['anvil', 'rocket skates', 'giant magnet', 'rocket'];

server.registerTool(
  'search',
  {description: 'Finds items by a word', inputSchema: {word: z.string()}},
  ({word}) => ({content: [{type: 'text', text: ITEMS.filter((item) => item.includes(word)).join(', ')}]}),
);

server.registerTool('report', {description: 'Counts the items'}, () => ({
  content: [{type: 'text', text: `${ITEMS.length} items`}],
}));

// The only line about limits: the transport is limited, so the server sees only what is allowed.
await server.connect(limitMcpTransport(new StdioServerTransport(), limiter));

const close = async () => {
  await server.close();
  await limiter.close();
};
process.stdin.once('end', close);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, close);
