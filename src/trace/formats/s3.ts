import {Parsed} from '../format.ts';
import {Ascii, countByte} from './ascii.ts';
import {ofRequestLine} from './field-source.ts';
import type {LineFields} from './line-fields.ts';
import {tokenFormat} from './token-parser.ts';

// https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html; their `key` is `object` here, since `key` is
// what requests are counted by.
const FIELDS = [
  'owner',
  'bucket',
  'time',
  'remote_ip',
  'requester',
  'request_id',
  'operation',
  'object',
  'request',
  'http_status',
  'error_code',
  'bytes_sent',
  'object_size',
  'total_time',
  'turn_around_time',
  'referer',
  'user_agent',
  'version_id',
  'host_id',
  'signature_version',
  'cipher_suite',
  'authentication_type',
  'host_header',
  'tls_version',
] as const;

const at = (name: (typeof FIELDS)[number]): number => FIELDS.indexOf(name);
const CLIENT = at('remote_ip');
const REQUEST = at('request');
const OPERATION = at('operation');

/** S3 also logs what it does by itself (lifecycle rules): no address, and no request of a client. */
const check = (bytes: Uint8Array, fields: LineFields): string | typeof Parsed.notARequest | undefined => {
  if (countByte(bytes, Ascii.dot, fields.starts[OPERATION]!, fields.ends[OPERATION]!) === 0)
    return 'no operation such as REST.GET.OBJECT as the seventh field';
  const client = fields.starts[CLIENT]!;
  const internal = fields.ends[CLIENT]! - client === 1 && bytes[client] === Ascii.minus;
  return internal ? Parsed.notARequest : undefined;
};

/** Server access logs of Amazon S3. */
export const s3Format = tokenFormat({
  name: 's3',
  title: 'Amazon S3 server access log',
  fields: FIELDS,
  required: at('http_status') + 1,
  sources: {
    ip: {field: CLIENT, part: 'ip'},
    key: {field: CLIENT, part: 'ip'},
    ...ofRequestLine(REQUEST),
    status: {field: at('http_status'), part: 'text'},
    bytes: {field: at('bytes_sent'), part: 'text'},
    agent: {field: at('user_agent'), part: 'text'},
    user: {field: at('requester'), part: 'text'},
    host: {field: at('host_header'), part: 'text'},
    total_time: {field: at('total_time'), part: 'text', unit: 'ms'},
    turn_around_time: {field: at('turn_around_time'), part: 'text', unit: 'ms'},
  },
  time: at('time'),
  client: CLIENT,
  timeExample: '[14/Nov/2023:22:14:00 +0000]',
  check,
});
