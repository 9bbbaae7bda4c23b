import {describe, expect, test} from 'vitest';
import {auditTable} from '../../../src/view/audit/table.ts';
import type {AuditList} from '../../../src/view/model/audit-list.ts';
import type {OverrideEntry} from '../../../src/view/model/override-list.ts';
import {overrideChangeTable} from '../../../src/view/override/change-table.ts';
import {overrideTable} from '../../../src/view/override/table.ts';
import type {Style} from '../../../src/view/style.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import {unsafeIn} from '../unsafe.ts';

const PLAIN: Style = {width: 100, colour: false, ascii: false};
const EVIL = '\u001b[2J\u202e\n\u0000';

const entry = (more: Partial<OverrideEntry> = {}): OverrideEntry => ({
  limit: 'per-tenant',
  key: 'acme',
  effect: 'buckets',
  buckets: ['token bucket 100/s, burst 100'],
  by: 'ada@build-7',
  why: 'a sale',
  at: '2026-01-05T12:00:00.000Z',
  until: '2026-01-05T13:00:00.000Z',
  remainingMs: 3_599_500,
  ...more,
});

const evil = entry({
  key: EVIL.repeat(20),
  by: EVIL,
  why: EVIL,
  effect: 'block',
  until: null,
  remainingMs: null,
});
const audit: AuditList = {
  store: 'sqlite:state.db',
  entries: [
    {
      at: '2026-01-05T12:00:00.000Z',
      action: EVIL,
      by: EVIL,
      host: EVIL,
      why: EVIL,
      target: EVIL.repeat(9),
      keys: 1e6,
      receipt: EVIL,
      note: EVIL,
    },
  ],
};

test.each([40, 60, 100])('no line over %i columns and no raw control character', (width) => {
  for (const ascii of [false, true]) {
    const style = {width, colour: false, ascii};
    const text = [
      overrideTable({store: 'redis://cache', overrides: [entry(), evil]}, style),
      overrideChangeTable(
        {action: 'set', dryRun: false, store: 's', limit: 'l', key: EVIL, override: evil, before: entry()},
        style,
      ),
      auditTable(audit, 'wide', style),
    ].join('');
    for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(width);
    expect(unsafeIn(text)).toBeUndefined();
    if (ascii) expect(text).toMatch(/^[ -~\n]*$/);
  }
});

describe('the screen of override', () => {
  test('lists what holds, until when, who and why', () => {
    const text = overrideTable(
      {store: 'redis://cache', overrides: [entry(), entry({key: 'b', effect: 'exempt', remainingMs: null})]},
      PLAIN,
    );
    expect(text).toMatch(/acme +per-tenant +token bucket 100\/s, burst 100 +in 1h +ada@build-7 +a sale/);
    expect(text).toMatch(/b +per-tenant +exempt +when removed/);
    expect(overrideTable({store: 's', overrides: []}, PLAIN)).toContain('overrides  none');
  });

  test('says what changed', () => {
    const change = {
      action: 'set',
      dryRun: false,
      store: 's',
      limit: 'l',
      key: 'k',
      override: entry(),
      before: null,
    } as const;
    expect(overrideChangeTable(change, PLAIN)).toMatch(
      /override +set\n.*\n +holds +token bucket 100\/s, burst 100 · until 2026-01-05 13:00:00 UTC \(in 1h\)/,
    );
    const removed = {...change, action: 'rm', override: null, before: entry()} as const;
    expect(overrideChangeTable(removed, PLAIN)).toMatch(
      /override +removed\n.*\n +holds +the policy\n +before +token bucket/,
    );
    expect(overrideChangeTable({...removed, before: null}, PLAIN)).toMatch(/override +there is none\n/);
    expect(overrideChangeTable({...change, dryRun: true}, PLAIN)).toContain('would be set · dry run');
  });
});
