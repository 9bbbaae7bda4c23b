// A small API behind limits per address and per tenant. See README.md beside this file.
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';
import express from 'express';
import {createLimiter, expressLimiter, limiterOptionsFromEnv} from 'ratectl';

// In a real application: a table of yours. The key that the client sends is looked up, and the tenant taken from there: a
// tenant that clients could name themselves would be a limit that they could step around.
const API_KEYS = new Map([
  ['key-acme', {tenant: 'acme', plan: 'free'}],
  ['key-umbrella', {tenant: 'umbrella', plan: 'pro'}],
]);

const limiter = await createLimiter({
  policy: fileURLToPath(new URL('ratectl.yaml', import.meta.url)),
  // The embedded store of the working folder, .ratectl/state.db, which `ratectl status` reads, too.
  store: process.env.RATECTL_STORE ?? 'sqlite:',
  // RATE_LIMIT_STORE, RATE_LIMIT_MODE=shadow, RATE_LIMIT_ENABLED=false, …
  ...limiterOptionsFromEnv(),
});

const app = express();
// A limit on /v1/export must not be stepped around by /V1/Export or /v1/export/.
app.enable('case sensitive routing').enable('strict routing').disable('x-powered-by');

app.use((request, _response, next) => {
  request.account = API_KEYS.get(request.get('x-api-key') ?? '');
  next();
});

app.use(
  expressLimiter(limiter, {
    attributes: ({account}) => ({tenant: account?.tenant, plan: account?.plan}),
    // Behind a load balancer: name what it connects from, or all its clients are one.
    identity: {trustedProxies: process.env.TRUSTED_PROXIES?.split(',') ?? []},
  }),
);

app.get('/health', (_request, response) => {
  response.json({ok: true, store: limiter.storeState});
});

app.get('/metrics', (_request, response) => {
  response.type('text/plain').send(limiter.metrics());
});

app.use('/v1', (request, response, next) => {
  if (request.account === undefined) response.status(401).json({title: 'Unknown API key', status: 401});
  else next();
});

app.get('/v1/orders', (request, response) => {
  response.json({tenant: request.account.tenant, orders: [{id: 1, item: 'anvil'}]});
});

// Its slot is given back when the last line was sent, or when the client goes away.
app.get('/v1/export', async (_request, response) => {
  response.type('text/csv').write('id,item\n');
  await sleep(1_000);
  response.end('1,anvil\n');
});

const server = app.listen(Number(process.env.PORT ?? 3_000), '127.0.0.1', (error) => {
  if (error) throw error;
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    // What was counted is written, then the store is closed.
    server.close(() => void limiter.close());
    server.closeIdleConnections();
  });
}
