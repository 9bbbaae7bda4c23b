import type {Host, StoreTarget} from './store-target.ts';

/** Parameters that are shown as they are; of any other only the name is. They choose a mode, and cannot hold a secret. */
const SHOWN_PARAMETERS: ReadonlySet<string> = new Set([
  'sslmode',
  'schema',
  'unlogged',
  'prefix',
  'insecure',
]);

/**
 * The URL of a store as it may be shown: hosts, ports, database, service and schema. A user is named, a password never, and
 * parameters that could hold anything are shown as `name=…`.
 *
 * Example: `rediss://app:***@cache:6380/2?prefix=rl:&ca=…`
 */
export const redactedUrl = (target: StoreTarget): string => {
  switch (target.kind) {
    case 'memory':
      return 'memory:';
    case 'sqlite':
      return `sqlite:${target.path}`;
    case 'redis': {
      const {topology, hosts, tls, username, password, database, parameters} = target;
      const scheme = `redis${tls ? 's' : ''}${topology.kind === 'single' ? '' : `+${topology.kind}`}`;
      const path =
        topology.kind === 'sentinel'
          ? `/${encodeURIComponent(topology.service)}${database === 0 ? '' : `/${database}`}`
          : database === 0
            ? ''
            : `/${database}`;
      return `${scheme}://${credentials(username, password)}${hostList(hosts)}${path}${query(parameters)}`;
    }
    case 'postgres': {
      const {hosts, username, password, database, parameters} = target;
      const path = database === undefined ? '' : `/${encodeURIComponent(database)}`;
      return `postgres://${credentials(username, password)}${hostList(hosts)}${path}${query(parameters)}`;
    }
  }
};

const credentials = (username: string | undefined, password: string | undefined): string => {
  if (username === undefined && password === undefined) return '';
  return `${encodeURIComponent(username ?? '')}${password === undefined ? '' : ':***'}@`;
};

const hostList = (hosts: readonly Host[]): string =>
  hosts.map(({host, port}) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');

const query = (parameters: ReadonlyMap<string, string>): string => {
  if (parameters.size === 0) return '';
  const shown = [...parameters].map(
    ([name, value]) =>
      `${encodeURIComponent(name)}=${SHOWN_PARAMETERS.has(name) ? encodeURIComponent(value) : '…'}`,
  );
  return `?${shown.join('&')}`;
};
