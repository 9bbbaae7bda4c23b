/**
 * What fields are called in traces that follow no standard: attribute → names in order of preference, the first that a
 * record has wins. A dot goes into nested objects. Tables compare names without regard to case.
 */

export const TIME_FIELDS: readonly string[] = [
  't',
  'ts',
  'ts_ms',
  'ts_us',
  'ts_ns',
  'ts_s',
  'tsMs',
  'time',
  '@timestamp',
  'timestamp',
  'timestamp_ms',
  'timestampMs',
  'timestamp_us',
  'timestamp_ns',
  'timestamp_s',
  'time_ms',
  'time_iso8601',
  'msec',
  'datetime',
  'date_time',
  'date',
  'start_time',
  'startTime',
  'start_time_ms',
  'startTimeMs',
  'event_time',
  'eventTime',
  'created_at',
  'createdAt',
  'time_local',
];

/** The client's address; also the `key` of a record that has none of its own. */
export const ADDRESS_FIELDS: readonly string[] = [
  'ip',
  'client_ip',
  'clientIp',
  'clientIP',
  'client_addr',
  'clientAddr',
  'client_address',
  'clientAddress',
  'remote_addr',
  'remoteAddr',
  'remote_ip',
  'remoteIp',
  'remoteIP',
  'remote_address',
  'remoteAddress',
  'ip_address',
  'ipAddress',
  'src_ip',
  'source_ip',
  'sourceIp',
  'client.ip',
  'client.address',
  'source.ip',
  'request.client_ip',
  'request.remote_ip',
  'req.ip',
  'req.remoteAddress',
  'httpRequest.remoteIp',
];

/** How long a request took; the unit is the one the name ends in, milliseconds when it ends in none. */
export const DURATION_FIELDS: readonly string[] = [
  'duration_ms',
  'durationMs',
  'duration_us',
  'duration_ns',
  'duration_s',
  'latency_ms',
  'latencyMs',
  'response_time_ms',
  'responseTimeMs',
  'elapsed_ms',
  'elapsedMs',
];

/** Other attributes; one that is not listed has only its own name. */
export const ATTRIBUTE_FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  [
    'method',
    [
      'method',
      'request_method',
      'requestMethod',
      'http_method',
      'httpMethod',
      'request.method',
      'req.method',
    ],
  ],
  [
    'path',
    [
      'path',
      'uri',
      'url',
      'request_uri',
      'requestUri',
      'request_path',
      'requestPath',
      'request.uri',
      'req.url',
    ],
  ],
  ['url', ['url', 'uri', 'request_uri', 'requestUri', 'path', 'request.uri', 'req.url']],
  ['status', ['status', 'status_code', 'statusCode', 'response_code', 'responseCode', 'res.statusCode']],
  ['agent', ['agent', 'user_agent', 'userAgent', 'http_user_agent']],
]);
