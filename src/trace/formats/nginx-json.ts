import {jsonFormat} from '../json/json-format.ts';

/**
 * nginx with `log_format … escape=json`. The members are free; by custom they bear the names of nginx's variables.
 * `msec` is the most exact of its times: seconds with milliseconds behind the point. `request_time` is seconds.
 */
export const nginxJson = jsonFormat({
  name: 'nginx-json',
  title: 'nginx access log (JSON)',
  framing: 'lines',
  accessLog: true,
  time: ['msec', 'time_iso8601', 'time_local', '@timestamp', 'timestamp', 'time'],
  address: ['remote_addr'],
  attributes: new Map([
    ['method', ['request_method', {field: 'request', take: 'request-method'}]],
    ['path', ['request_uri', 'uri', 'document_uri', {field: 'request', take: 'request-path'}]],
    ['url', ['request_uri', 'uri', {field: 'request', take: 'request-url'}]],
    ['status', ['status']],
    ['host', ['host', 'http_host', 'server_name']],
    ['user', ['remote_user']],
    ['agent', ['http_user_agent']],
    ['protocol', ['server_protocol']],
  ]),
  duration: [{field: 'request_time', unit: 's'}],
  marks: [
    ['remote_addr'],
    [
      'request',
      'request_uri',
      'request_method',
      'request_time',
      'body_bytes_sent',
      'http_user_agent',
      'http_referer',
    ],
  ],
});
