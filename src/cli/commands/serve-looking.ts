import {resolveSettings} from '../../config/resolve-settings.ts';
import {watchAlerts} from '../../serve/alerts/alert-watch.ts';
import {noticeJson} from '../../serve/alerts/notice-json.ts';
import {Webhook} from '../../serve/alerts/webhook.ts';
import {Health} from '../../serve/health.ts';
import {startHttp} from '../../serve/http/http-server.ts';
import type {ListenAddress} from '../../serve/http/listen-address.ts';
import {ServeMetrics} from '../../serve/metrics/serve-metrics.ts';
import {type RouteParts, routesOf} from '../../serve/routes.ts';
import {StatusApi, type Wrap} from '../../serve/status-api.ts';
import {StatusFeed} from '../../serve/status-feed.ts';
import type {Store} from '../../store/port.ts';
import type {CliContext} from '../context.ts';
import {describeBucket} from '../describe-bucket.ts';
import {envelope} from '../envelope.ts';
import {discoveredPolicy, namedPolicy} from '../find-policy.ts';
import type {Target} from '../with-target.ts';
import type {ServeFlags} from './serve.ts';
import {type EventLog, errorEvent} from './serve-events.ts';
import type {ServePlan} from './serve-plan.ts';
import type {ServedPart} from './serve-run.ts';

export interface Surroundings {
  readonly flags: ServeFlags;
  readonly context: CliContext;
  readonly log: EventLog;
}

/** What alerts get to be sent when the process is told to end, ms. */
const LAST_ALERTS_MS = 2_000;

/**
 * Page, JSON, metrics, tools and alerts: all that looks at the store, through one feed. What began goes into `parts` at once, so that
 * it is ended when the next one cannot begin.
 */
export const startLooking = async (
  plan: ServePlan,
  target: Target,
  around: Surroundings,
  parts: ServedPart[],
): Promise<void> => {
  const {context} = around;
  const {store, contextName} = target;
  const feed = feedOf(target, around);
  const wrap: Wrap = (command, data, warnings) => ({
    ...envelope(command, data, warnings, context, contextName),
  });
  const api = new StatusApi(feed, wrap);
  const mcp =
    plan.mcp === undefined
      ? undefined
      : await startMcp(plan, {api, feed, store, wrap, contextName}, around, parts);
  const {listen} = plan;
  if (listen !== undefined)
    parts.push(await startServer({...plan, listen}, target, {api, feed, mcp}, around));
  const {alerts} = plan;
  // Not before the address is ours: what cannot begin, and is started again and again, tells nobody. It is the last to end.
  if (alerts.log || alerts.webhook !== undefined) parts.unshift(startAlerts(plan, target, feed, around));
};

/** Page, JSON and metrics over HTTP, and `/mcp` where there is one. */
const startServer = async (
  plan: ServePlan & {readonly listen: ListenAddress},
  {store, redactedUrl}: Target,
  {api, feed, mcp}: Pick<RouteParts, 'api' | 'mcp'> & {readonly feed: StatusFeed},
  {context, log}: Surroundings,
): Promise<ServedPart> => {
  const localNow = (): number => context.clock.now();
  const health = new Health(feed);
  const metrics = new ServeMetrics({store, feed, version: context.version, localNow});
  const onError = (error: unknown): void => log.add(errorEvent(error, 'the request was answered with 500'));
  const http = await startHttp({
    listen: plan.listen,
    token: plan.token,
    allowHosts: plan.allowHosts,
    routes: routesOf({api, health, metrics, mcp, onError}),
    onAnswer: (route, code) => metrics.request(route, code),
    onError,
  });
  log.add({
    event: 'listening',
    text: `${http.url}/ shows ${redactedUrl}${plan.token === undefined ? '' : ', with the token'}`,
    fields: {url: http.url, store: redactedUrl},
  });
  return {
    async close() {
      health.stop();
      await http.close();
    },
  };
};

const feedOf = ({store}: Target, {flags, context}: Surroundings): StatusFeed => {
  const settings = resolveSettings({flags, env: context.streams.env, cwd: context.cwd});
  return new StatusFeed({
    store,
    findPolicy: async () =>
      namedPolicy(settings, context) ?? (await discoveredPolicy(store, context.clock.now(), context)),
    describe: describeBucket,
    localNow: () => context.clock.now(),
    timeoutMs: Math.ceil(settings.timeout.value / 1_000),
  });
};

const startAlerts = (
  {alerts}: ServePlan,
  {contextName, redactedUrl}: Target,
  feed: StatusFeed,
  {context, log}: Surroundings,
): ServedPart => {
  const webhook =
    alerts.webhook === undefined
      ? undefined
      : new Webhook({url: alerts.webhook, onTrouble: (text) => log.add({event: 'warning', text})});
  const stop = watchAlerts({
    feed,
    storeUrl: redactedUrl,
    repeatEvery: alerts.repeatEvery,
    localNow: () => context.clock.now(),
    tell: (notice) => {
      const json = noticeJson(notice, contextName);
      if (alerts.log) log.json(json);
      webhook?.send(json);
    },
  });
  return {
    async close() {
      await stop();
      await webhook?.close(LAST_ALERTS_MS);
    },
  };
};

/** Loaded here: the protocol takes longer to load than the rest of the command. Answers what serves `/mcp`. */
const startMcp = async (
  plan: ServePlan,
  parts: {
    readonly api: StatusApi;
    readonly feed: StatusFeed;
    readonly store: Store;
    readonly wrap: Wrap;
    readonly contextName: string | null;
  },
  {flags, context, log}: Surroundings,
  served: ServedPart[],
) => {
  const [{toolsOf}, {ServeCommands}] = await Promise.all([
    import('../../serve/mcp/tools.ts'),
    import('./serve-commands.ts'),
  ]);
  const commands = new ServeCommands(flags, context);
  served.push(commands);
  const options = {
    tools: toolsOf({...parts, root: plan.root}, commands.run, plan.allowWrite ? 'changes' : 'looks'),
    version: context.version,
    onError: (error: unknown) => log.add(errorEvent(error, 'the client was told')),
  };
  if (plan.mcp === 'stdio') {
    const {startMcpStdio} = await import('../../serve/mcp/mcp-stdio.ts');
    const onUnread = (why: string): void =>
      log.add({event: 'warning', text: `a line of the client was left out: ${why}`});
    served.push(await startMcpStdio(context.streams, {...options, onUnread}));
    return undefined;
  }
  const {McpHttp} = await import('../../serve/mcp/mcp-http.ts');
  const mcp = new McpHttp(options);
  served.push(mcp);
  return mcp.handle.bind(mcp);
};
