// The application of the deployment example: an API behind limits, a pool and degradation. See docs/deployment.md.
import {createServer} from 'node:http';
import {fileURLToPath} from 'node:url';
import {createProtection, expressLimiter, protectionOptionsFromEnv} from 'ratectl';

// In a real application: a table of yours. Tenant and plan come from what was authenticated, never from what a client says.
const API_KEYS = new Map([
  ['key-acme', {tenant: 'acme', plan: 'free'}],
  ['key-umbrella', {tenant: 'umbrella', plan: 'pro'}],
]);

const protection = await createProtection({
  policy: fileURLToPath(new URL('../ratectl.yaml', import.meta.url)),
  // RATE_LIMIT_STORE, RATE_LIMIT_POLICY, RATE_LIMIT_INSTANCES, RATE_LIMIT_MODE=shadow …
  ...protectionOptionsFromEnv(),
});

const guard = expressLimiter(protection, {
  attributes: (request) => API_KEYS.get(request.headers['x-api-key']) ?? {},
  // What the load balancer connects from. Without it all clients are one address: the load balancer's.
  identity: {trustedProxies: process.env.TRUSTED_PROXIES?.split(',') ?? []},
});

const answer = (response, status, body) => {
  response.writeHead(status, {'content-type': 'application/json'});
  response.end(JSON.stringify(body));
};

const server = createServer((request, response) => {
  // For Prometheus. Do not route it from outside.
  if (request.url === '/metrics') {
    response.writeHead(200, {'content-type': 'text/plain; version=0.0.4'});
    response.end(protection.limiter.metrics());
    return;
  }
  guard(request, response, (error) => {
    if (error) answer(response, 500, {title: 'Something went wrong'});
    // It is well also while the store is lost: `onStoreError` decides then, and a restart would not bring the store back.
    else if (request.url === '/health') answer(response, 200, {ok: true, store: protection.limiter.storeState});
    else answer(response, 200, {orders: [{id: 1, item: 'anvil'}]});
  });
});

server.listen(Number(process.env.PORT ?? 8080), process.env.HOST ?? '127.0.0.1', () => {
  console.log(`listening on http://${server.address().address}:${server.address().port}`);
});

// Kubernetes and Compose send SIGTERM: what is under way is answered, what was counted is told to the store, slots go back.
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => {
    server.close(() => void protection.close());
    server.closeIdleConnections();
  });
}
