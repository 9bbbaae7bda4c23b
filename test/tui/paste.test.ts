import {describe, expect, test} from 'vitest';
import type {DashboardState} from '../../src/tui/state/dashboard-state.ts';
import type {Dialog} from '../../src/tui/state/dialog-state.ts';
import {reduce} from '../../src/tui/state/reduce.ts';
import {atFirst, syntheticKey, syntheticLook, syntheticReport} from './synthetic-look.ts';

const START = atFirst();

const LOOK = {
  kind: 'looked',
  look: syntheticLook(1, syntheticReport([syntheticKey(1), syntheticKey(2)])),
} as const;

const dialogIn = (step: Dialog['step'], environment: Parameters<typeof reduce>[2]): DashboardState => {
  const asked = [LOOK, {kind: 'key', name: 'o'} as const].reduce(
    (state, action) => reduce(state, action, environment),
    START,
  );
  const {overlay} = asked;
  if (overlay?.kind !== 'dialog') throw new Error('there is no dialog');
  return {...asked, overlay: {...overlay, dialog: {...overlay.dialog, step, input: 'was '}}};
};

const always = {compile: () => (subjects: readonly string[]) => subjects.map(() => true)};

describe('pasted text', () => {
  test('of a filter chooses the rows once, however long it is', () => {
    let compiled = 0;
    const environment = {
      compile: () => {
        compiled++;
        return (subjects: readonly string[]) => subjects.map(() => true);
      },
    };
    const typing = reduce(reduce(START, LOOK, environment), {kind: 'key', name: '/'}, environment);
    const text = 'key-1'.repeat(2_000);
    expect(reduce(typing, {kind: 'pasted', text}, environment).filter).toBe(text);
    expect(compiled).toBe(1);
  });

  test.each(['what', 'reason', 'confirm'] as const)('is typed at the step "%s" of a dialog', (step) => {
    const {overlay} = reduce(dialogIn(step, always), {kind: 'pasted', text: 'a\r\nq '}, always);
    expect(overlay).toMatchObject({kind: 'dialog', dialog: {step, input: 'was a q'}});
  });

  test.each(['planning', 'working', 'ended'] as const)(
    'closes no dialog at the step "%s", and is no command behind it',
    (step) => {
      const state = dialogIn(step, always);
      expect(reduce(state, {kind: 'pasted', text: 'q q'}, always)).toEqual(state);
    },
  );
});
