import {jsonFormat} from '../json/json-format.ts';

/** Cloudflare Logpush `http_requests`. Times are RFC 3339, seconds or nanoseconds, as the job was set up. */
export const cloudflare = jsonFormat({
  name: 'cloudflare',
  title: 'Cloudflare Logpush HTTP requests (JSON)',
  framing: 'lines',
  accessLog: true,
  time: ['EdgeStartTimestamp', 'EdgeEndTimestamp'],
  address: ['ClientIP'],
  attributes: new Map([
    ['method', ['ClientRequestMethod']],
    [
      'path',
      [
        {field: 'ClientRequestPath', take: 'path'},
        {field: 'ClientRequestURI', take: 'path'},
      ],
    ],
    ['url', ['ClientRequestURI', 'ClientRequestPath']],
    ['status', ['EdgeResponseStatus']],
    ['host', ['ClientRequestHost']],
    ['agent', ['ClientRequestUserAgent']],
    ['protocol', ['ClientRequestProtocol']],
    ['country', ['ClientCountry']],
  ]),
  duration: [{field: 'OriginResponseDurationMs', unit: 'ms'}],
  marks: [['ClientIP'], ['EdgeStartTimestamp', 'EdgeEndTimestamp', 'RayID']],
});
