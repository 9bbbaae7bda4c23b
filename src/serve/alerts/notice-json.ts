import {floorMillis, toRfc3339} from '../../base/micros.ts';
import type {AlertNotice} from './alert-book.ts';

/** A notice as `--alert-log` writes it and `--alert-webhook` sends it. */
export const noticeJson = (
  {status, kind, subject, text, next, since, at}: AlertNotice,
  contextName: string | null,
): Readonly<Record<string, unknown>> => ({
  schema: 'ratectl.alert/1',
  at: toRfc3339(at),
  event: 'alert',
  status,
  kind,
  subject,
  text,
  next,
  since: toRfc3339(since),
  lastedMs: floorMillis(at - since),
  context: contextName,
});
