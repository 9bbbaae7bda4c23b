import {quoted} from '../../base/safe-text.ts';
import {bytesOf, equalBytes, textOf} from './ascii.ts';
import {ofRequestLine} from './field-source.ts';
import type {LineFields} from './line-fields.ts';
import {tokenFormat} from './token-parser.ts';

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-access-logs.html
const FIELDS = [
  'type',
  'time',
  'elb',
  'client',
  'target',
  'request_processing_time',
  'target_processing_time',
  'response_processing_time',
  'elb_status_code',
  'target_status_code',
  'received_bytes',
  'sent_bytes',
  'request',
  'user_agent',
  'ssl_cipher',
  'ssl_protocol',
  'target_group_arn',
  'trace_id',
  'domain_name',
  'chosen_cert_arn',
  'matched_rule_priority',
  'request_creation_time',
  'actions_executed',
  'redirect_url',
  'error_reason',
] as const;

const at = (name: (typeof FIELDS)[number]): number => FIELDS.indexOf(name);
const CLIENT = at('client');
const REQUEST = at('request');
const TYPES = ['http', 'https', 'h2', 'ws', 'wss', 'grpcs'].map(bytesOf);

const check = (bytes: Uint8Array, fields: LineFields): string | undefined => {
  const start = fields.starts[0]!;
  const end = fields.ends[0]!;
  for (const type of TYPES) if (equalBytes(bytes, start, end, type)) return undefined;
  return `type ${quoted(textOf(bytes, start, end))}: expected http, https, h2, ws, wss or grpcs`;
};

/** Access logs of the AWS Application Load Balancer. Their time is that of the answer; `--map t=request_creation_time` takes the other. */
export const albFormat = tokenFormat({
  name: 'alb',
  title: 'AWS Application Load Balancer',
  fields: FIELDS,
  required: REQUEST + 1,
  sources: {
    ip: {field: CLIENT, part: 'ip-port'},
    key: {field: CLIENT, part: 'ip-port'},
    ...ofRequestLine(REQUEST),
    status: {field: at('elb_status_code'), part: 'text'},
    bytes: {field: at('sent_bytes'), part: 'text'},
    agent: {field: at('user_agent'), part: 'text'},
    host: {field: at('domain_name'), part: 'text'},
  },
  time: at('time'),
  client: CLIENT,
  timeExample: '2023-04-26T12:22:55.463821Z',
  check,
});
