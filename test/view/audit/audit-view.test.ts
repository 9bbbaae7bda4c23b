import {describe, expect, test} from 'vitest';
import {auditCsv} from '../../../src/view/audit/csv.ts';
import {auditTable} from '../../../src/view/audit/table.ts';
import type {AuditList, AuditRow} from '../../../src/view/model/audit-list.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import {expectGolden} from '../../support/golden.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {unsafeIn, withoutColour} from '../unsafe.ts';

const row = (more: Partial<AuditRow>): AuditRow => ({
  at: '2026-01-05T12:00:00.000Z',
  action: 'reset',
  by: 'ada',
  host: 'build-7',
  why: 'customer call',
  target: 'per-ip/203.0.113.7',
  keys: 1,
  receipt: null,
  note: null,
  ...more,
});

const LIST: AuditList = {
  store: 'redis://cache:6379/0',
  entries: [
    row({
      action: 'token-refresh',
      by: 'build-7:17:abc',
      host: '',
      target: 'google',
      why: 'due',
      note: 'attempt 17 (due): failed (http-503, token 4)',
    }),
    row({
      action: 'queue-reset',
      target: '--queue calls --dead',
      keys: 1_203,
      receipt: '.ratectl/receipts/reset-queue-20260105T120000Z.jsonl',
    }),
    row({
      action: 'breaker-reset',
      target: 'token:google',
      note: 'closed; was open after 3 failures in a row',
    }),
    row({}),
  ],
};

const HOSTILE: AuditList = {
  store: 'memory:',
  entries: HOSTILE_KEYS.map((text) =>
    row({action: text, by: text, host: text, why: text, target: text, note: text, receipt: text}),
  ),
};

describe('goldens', () => {
  for (const width of [60, 100])
    for (const detail of ['table', 'wide'] as const)
      test(`${detail} at ${width} columns`, () => {
        expectGolden(
          `audit/${detail}-${width}.txt`,
          auditTable(LIST, detail, {width, ascii: false, colour: false}),
        );
      });
  test('CSV', () => expectGolden('audit/entries.csv', auditCsv(LIST)));
});

test('no line is wider than the terminal, and no entry acts on it', () => {
  for (const width of [40, 60, 100, 200])
    for (const detail of ['table', 'wide'] as const) {
      const text = withoutColour(auditTable(HOSTILE, detail, {width, ascii: false, colour: true}));
      for (const line of text.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(width);
      expect(unsafeIn(text)).toBeUndefined();
    }
  expect(unsafeIn(auditCsv(HOSTILE).replaceAll('\r\n', '\n'))).toBeUndefined();
});
