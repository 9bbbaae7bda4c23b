import type {IncomingMessage, ServerResponse} from 'node:http';
import type {Health} from './health.ts';
import {type Answer, errorAnswer, send} from './http/answer.ts';
import type {Route} from './http/http-server.ts';
import {CONTENT_TYPES, formatFor} from './metrics/exposition.ts';
import type {ServeMetrics} from './metrics/serve-metrics.ts';
import {statusPage} from './page/status-page.ts';
import type {StatusApi} from './status-api.ts';
import {statusArguments} from './status-request.ts';

export interface RouteParts {
  readonly api: StatusApi;
  readonly health: Health;
  readonly metrics: ServeMetrics;
  /** Answers `/mcp`; undefined: it is not served. */
  readonly mcp: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;
  readonly onError: (error: unknown) => void;
}

const LOOKING = ['GET', 'HEAD'];

/** Everything that is served over HTTP, by path. */
export const routesOf = ({api, health, metrics, mcp, onError}: RouteParts): ReadonlyMap<string, Route> => {
  const looking = (
    access: Route['access'],
    answer: (url: URL, request: IncomingMessage) => Answer | Promise<Answer>,
  ): Route => ({
    methods: LOOKING,
    access,
    async handle(request, response, url) {
      let found: Answer;
      try {
        found = await answer(url, request);
      } catch (error) {
        found = errorAnswer(error);
        if (found.status === 500) onError(error);
      }
      send(request, response, found);
    },
  });
  const page = statusPage();
  return new Map<string, Route>([
    ['/', looking('open', () => page)],
    ['/api/rate-limit-status', looking('token', (url) => api.http(statusArguments(url.searchParams)))],
    [
      '/metrics',
      looking('token', async (_, {headers}) => {
        const format = formatFor(headers.accept);
        return {
          status: 200,
          type: CONTENT_TYPES[format],
          body: await metrics.text(format),
          headers: {vary: 'accept'},
        };
      }),
    ],
    ['/healthz', looking('open', () => health.healthy())],
    ['/readyz', looking('open', () => health.ready())],
    ['/livez', looking('open', () => health.live())],
    ...(mcp === undefined
      ? []
      : ([['/mcp', {methods: ['POST', 'DELETE'], access: 'token', handle: mcp}]] satisfies [
          string,
          Route,
        ][])),
  ]);
};
