import type {TraceFormat} from '../format.ts';
import {albFormat} from './alb.ts';
import {cloudfrontFormat} from './cloudfront.ts';
import {commonLogFormats} from './combined.ts';
import {haproxyFormat} from './haproxy.ts';
import {ltsvFormat} from './ltsv.ts';
import {s3Format} from './s3.ts';
import {w3cFormat} from './w3c.ts';

/** The text access logs. */
export const logFormats: readonly TraceFormat[] = [
  ...commonLogFormats,
  albFormat,
  cloudfrontFormat,
  w3cFormat,
  haproxyFormat,
  ltsvFormat,
  s3Format,
];
