import {jsonFormat} from '../json/json-format.ts';

/** Caddy 2. `ts` is seconds with a fraction, or text where `time_format` says so; before 2.5 the client was `remote_addr`. */
export const caddy = jsonFormat({
  name: 'caddy',
  title: 'Caddy access log (JSON)',
  framing: 'lines',
  accessLog: true,
  time: ['ts', 'time', 'timestamp'],
  address: ['request.client_ip', 'request.remote_ip', 'request.remote_addr'],
  attributes: new Map([
    ['method', ['request.method']],
    ['path', ['request.uri']],
    ['url', ['request.uri']],
    ['host', ['request.host']],
    ['user', ['user_id']],
    ['agent', ['request.headers.User-Agent.0']],
    ['protocol', ['request.proto']],
  ]),
  duration: [{field: 'duration', unit: 's'}],
  marks: [['request']],
  logger: {field: 'logger', prefix: 'http.log.access'},
});
