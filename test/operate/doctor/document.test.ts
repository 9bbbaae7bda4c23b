import {expect, test} from 'vitest';
import {ALL_RULES} from '../../../src/operate/doctor/all-rules.ts';
import {DOCTOR_AREAS} from '../../../src/view/model/doctor-report.ts';
import {doctorManual, documented} from './manual.ts';

test('docs/doctor.md lists every check, in its order, and no other', () => {
  expect([...documented.keys()]).toEqual(ALL_RULES.map(({id}) => id));
});

test('no name is given twice', () => {
  expect(new Set(ALL_RULES.map(({id}) => id)).size).toBe(ALL_RULES.length);
});

test('each area has a heading of its own', () => {
  expect([...doctorManual.matchAll(/^## (.*)$/gm)].map(([, area]) => area)).toEqual([...DOCTOR_AREAS]);
});
