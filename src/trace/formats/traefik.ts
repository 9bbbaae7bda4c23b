import {jsonFormat} from '../json/json-format.ts';

/** Traefik 2 and 3. `time` is when the line was written; `StartUTC` is when the request came. `Duration` is nanoseconds. */
export const traefik = jsonFormat({
  name: 'traefik',
  title: 'Traefik access log (JSON)',
  framing: 'lines',
  accessLog: true,
  time: ['StartUTC', 'StartLocal', 'time'],
  address: ['ClientHost', 'ClientAddr'],
  attributes: new Map([
    ['method', ['RequestMethod']],
    ['path', [{field: 'RequestPath', take: 'path'}]],
    ['url', ['RequestPath']],
    ['status', ['DownstreamStatus', 'OriginStatus']],
    ['host', ['RequestHost', 'RequestAddr']],
    ['user', ['ClientUsername']],
    ['agent', ['request_User-Agent']],
    ['protocol', ['RequestProtocol']],
    ['route', ['RouterName']],
  ]),
  duration: [{field: 'Duration', unit: 'ns'}],
  marks: [
    ['ClientHost', 'ClientAddr'],
    ['RequestMethod', 'RequestPath', 'DownstreamStatus'],
  ],
});
