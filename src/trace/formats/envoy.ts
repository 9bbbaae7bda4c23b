import {jsonFormat} from '../json/json-format.ts';

/**
 * Envoy and what is built on it (Istio, Envoy Gateway, Contour). The members are free; these are the names the defaults
 * of those projects and of Envoy's documentation use. `duration` is milliseconds.
 */
export const envoy = jsonFormat({
  name: 'envoy',
  title: 'Envoy access log (JSON)',
  framing: 'lines',
  accessLog: true,
  time: ['start_time', 'startTime', '@timestamp', 'timestamp'],
  address: ['downstream_remote_address', 'downstream_direct_remote_address', 'downstreamRemoteAddress'],
  attributes: new Map([
    ['method', ['method', ':method', 'request_method']],
    ['path', ['x-envoy-origin-path', 'x-envoy-original-path', 'path', ':path', 'uri_path']],
    ['url', ['x-envoy-origin-path', 'x-envoy-original-path', 'path', ':path']],
    ['status', ['response_code', 'responseCode']],
    ['host', [':authority', 'authority']],
    ['agent', ['user-agent', 'user_agent']],
    ['protocol', ['protocol']],
    ['route', ['route_name']],
  ]),
  duration: [{field: 'duration', unit: 'ms'}],
  marks: [
    ['downstream_remote_address', 'downstream_direct_remote_address', 'downstreamRemoteAddress'],
    ['method', ':method', 'request_method', 'response_code', 'responseCode', 'start_time'],
  ],
});
