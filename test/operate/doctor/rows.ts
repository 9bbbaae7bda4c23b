import {expect, test} from 'vitest';
import {type Rule, runRules} from '../../../src/operate/doctor/rule.ts';
import type {DoctorSeverity} from '../../../src/view/model/doctor-report.ts';
import {documented} from './manual.ts';

/** What a check says of facts that differ from healthy ones in `change`. */
export interface Row<F> {
  readonly id: string;
  /** As the end of a sentence. */
  readonly when: string;
  readonly change?: Partial<F>;
  /** The severity of each finding; else what it answers. */
  readonly says: readonly DoctorSeverity[] | 'ok' | 'unknown' | 'left out';
  /** A part of the first finding, or of the reason. */
  readonly text?: string;
}

/** One test for each row, and that every rule has a row that finds something and one that finds nothing. */
export const testRows = <F>(rules: readonly Rule<F>[], healthy: F, rows: readonly Row<F>[]): void => {
  test.each(rows)('$id: $when', ({id, change = {}, says, text}) => {
    const rule = rules.find((one) => one.id === id);
    expect(rule, `there is no check ${id}`).toBeDefined();
    const [check] = runRules([rule!], {seen: true, value: {...healthy, ...change}});
    const answer =
      check === undefined
        ? 'left out'
        : check.result === 'finding'
          ? check.findings.map(({severity}) => severity)
          : check.result;
    expect(answer, JSON.stringify(check)).toEqual(says);
    if (text !== undefined) expect(`${check?.why ?? ''}${check?.findings[0]?.what ?? ''}`).toContain(text);
    for (const finding of check?.findings ?? []) {
      expect(finding.next, 'every finding says what to do').not.toBe('');
      expect(finding.why, 'every finding says why it matters').not.toBe('');
      expect(finding.what).toBe(finding.what.trim());
    }
  });

  test('docs/doctor.md gives each check the severities that these rows see', () => {
    for (const {id} of rules) {
      const seen = rows.flatMap((row) => (row.id === id && Array.isArray(row.says) ? row.says : []));
      expect([...new Set(seen)].sort(), id).toEqual([...(documented.get(id) ?? [])].sort());
    }
  });

  test('every check has a row that finds something and one that finds nothing', () => {
    const withFinding = new Set(rows.filter(({says}) => Array.isArray(says)).map(({id}) => id));
    const without = new Set(rows.filter(({says}) => says === 'ok').map(({id}) => id));
    expect(rules.map(({id}) => id).filter((id) => !withFinding.has(id))).toEqual([]);
    expect(rules.map(({id}) => id).filter((id) => !without.has(id))).toEqual([]);
  });
};

export const seen = <T>(value: T): {readonly seen: true; readonly value: T} => ({seen: true, value});

export const unseen = (why: string): {readonly seen: false; readonly why: string} => ({seen: false, why});
