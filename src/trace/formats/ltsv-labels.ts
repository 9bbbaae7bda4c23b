/** The slots of an LTSV line: what is known of a request, whatever its labels. */
export const LtsvSlot = {
  time: 0,
  ip: 1,
  request: 2,
  method: 3,
  url: 4,
  path: 5,
  protocol: 6,
  status: 7,
  bytes: 8,
  user: 9,
  agent: 10,
  referer: 11,
  host: 12,
} as const;

export const LTSV_SLOTS = 13;

/**
 * Labels that mean the same, the one to prefer first. `host` is the client, as ltsv.org recommends, and `vhost` the
 * host that was asked for.
 */
export const LTSV_LABELS: readonly (readonly [slot: number, labels: readonly string[]])[] = [
  [
    LtsvSlot.time,
    ['time', 'datetime', 'time_iso8601', 'time_local', 'timestamp', 'date', 'ts', 'msec', 'epoch', 't'],
  ],
  [LtsvSlot.ip, ['remote_addr', 'client_ip', 'clientip', 'ip', 'client', 'remote_host', 'host']],
  [LtsvSlot.request, ['req', 'request', 'request_line']],
  [LtsvSlot.method, ['method', 'request_method', 'http_method']],
  [LtsvSlot.url, ['uri', 'request_uri', 'url', 'path']],
  [LtsvSlot.protocol, ['protocol', 'server_protocol']],
  [LtsvSlot.status, ['status', 'status_code', 'code']],
  [LtsvSlot.bytes, ['size', 'bytes', 'body_bytes_sent', 'bytes_sent']],
  [LtsvSlot.user, ['user', 'remote_user']],
  [LtsvSlot.agent, ['ua', 'user_agent', 'http_user_agent', 'agent']],
  [LtsvSlot.referer, ['referer', 'referrer', 'http_referer']],
  [LtsvSlot.host, ['vhost', 'http_host', 'server_name']],
];

/** Labels whose value is a client address. */
export const LTSV_ADDRESS_LABELS: ReadonlySet<string> = new Set(
  LTSV_LABELS.find(([slot]) => slot === LtsvSlot.ip)?.[1] ?? [],
);
