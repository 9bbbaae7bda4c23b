import {describe, expect, test} from 'vitest';
import type {ResetReport} from '../../../src/view/model/reset-report.ts';
import {resetTable} from '../../../src/view/reset/table.ts';
import type {Style} from '../../../src/view/style.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import {unsafeIn} from '../unsafe.ts';

const PLAIN: Style = {width: 80, colour: false, ascii: false};
const EVIL = '\u001b[2J\u202e\n\u0000';

const report = (more: Partial<ResetReport> = {}): ResetReport => ({
  action: 'reset',
  dryRun: false,
  selector: '--prefix per-ip/203.',
  store: 'redis://cache:6379',
  keys: 1_234,
  shown: [
    {
      limit: 'per-ip',
      key: '203.0.113.7',
      tier: '',
      used: 7,
      capacity: 20,
      expiresAt: '2026-01-05T12:00:00.000Z',
    },
    {limit: 'per-ip', key: EVIL, tier: EVIL, used: null, capacity: null, expiresAt: null},
    {limit: 'per-ip', key: 'x'.repeat(65_536), tier: 'free', used: 20, capacity: 20, expiresAt: null},
  ],
  already: 2,
  expired: 3,
  failed: 1,
  failedKeys: [{limit: 'per-ip', key: `${EVIL}${'y'.repeat(300)}`, tier: '', why: 'in use'}],
  complete: false,
  error: `connection lost ${EVIL}`,
  receipt: '.ratectl/receipts/reset-20260105T120000Z.jsonl',
  plan: null,
  by: 'ada',
  host: 'build-7',
  why: `bad ${EVIL} deploy`,
  ...more,
});

const linesOf = (text: string): readonly string[] => text.trimEnd().split('\n');

describe('the screen of reset', () => {
  test.each([40, 60, 80, 200])('has no line over %i columns and no raw control character', (width) => {
    for (const ascii of [false, true]) {
      const text = resetTable(report(), {width, colour: false, ascii});
      for (const line of linesOf(text)) expect(textWidth(line)).toBeLessThanOrEqual(width);
      expect(unsafeIn(text)).toBeUndefined();
      if (ascii) expect(text).toMatch(/^[ -~\n]*$/);
    }
  });

  test('says what was done, where the receipt is, and what was left', () => {
    const text = resetTable(report({error: null, complete: true, failedKeys: [], shown: []}), {
      ...PLAIN,
      width: 100,
    });
    expect(text).toContain('1,234 keys reset · 2 as before already · 3 out of date by now');
    expect(text).toContain('1 key left as it was');
    expect(text).toContain('reset-20260105T120000Z.jsonl · bring back with --undo');
    expect(text).not.toContain('dry run');
  });

  test.each([
    [{dryRun: true, keys: 1}, '1 key would be reset · dry run: nothing was changed'],
    [{keys: 0}, 'nothing to reset'],
    [{action: 'undo', keys: 2}, '2 keys restored'],
    [{action: 'undo', keys: 2, dryRun: true}, '2 keys would be restored'],
    [{action: 'plan', keys: 2, plan: 'p.jsonl'}, '2 keys planned'],
  ] as const)('%j', (more, headline) => {
    const none = {already: 0, expired: 0, failed: 0, complete: true, error: null};
    expect(linesOf(resetTable(report({...none, ...more}), PLAIN))[0]).toContain(headline);
  });

  test('a question says what would be done, not that it was a dry run', () => {
    const asked = {dryRun: true, already: 0, expired: 0, failed: 0};
    expect(linesOf(resetTable(report(asked), PLAIN, 'question'))[0]).toBe(
      '  reset     1,234 keys would be reset',
    );
  });

  test('shows ten keys and says how many more there are', () => {
    const key = report().shown[0]!;
    const shown = Array.from({length: 20}, (_, i) => ({...key, key: `k${i}`}));
    const text = resetTable(report({shown}), PLAIN);
    expect(text).toContain('k9 ');
    expect(text).not.toContain('k10');
    expect(text).toContain('and 1,224 more');
  });
});
