import {describe, expect, test} from 'vitest';
import {keyFilter} from '../../src/cli/key-filter.ts';
import type {Action} from '../../src/tui/state/actions.ts';
import type {DashboardState} from '../../src/tui/state/dashboard-state.ts';
import type {Dialog} from '../../src/tui/state/dialog-state.ts';
import {effectsOf} from '../../src/tui/state/effects.ts';
import {reduce} from '../../src/tui/state/reduce.ts';
import {atFirst, syntheticKey, syntheticLook, syntheticReport} from './synthetic-look.ts';

const environment = {compile: keyFilter};

const START = atFirst();

const press = (...names: readonly string[]): readonly Action[] => names.map((name) => ({kind: 'key', name}));
const LOOKED: Action = {kind: 'looked', look: syntheticLook(1, syntheticReport([syntheticKey(1)]))};
const REFUSED: Action = {kind: 'refused', dialog: 1, lines: ['--rate: expected a rate, got 10']};

const next = (from: DashboardState, ...actions: readonly Action[]): DashboardState =>
  actions.reduce((state, action) => reduce(state, action, environment), from);
const dialogOf = ({overlay}: DashboardState): Dialog | undefined =>
  overlay?.kind === 'dialog' ? overlay.dialog : undefined;

describe('an override whose flags are refused', () => {
  const asked = next(START, LOOKED, ...press('o', ...'--rate 10', 'enter', ...'sale', 'enter'), REFUSED);

  test('is asked for again, with what was typed and what is wrong with it', () => {
    expect(dialogOf(asked)).toMatchObject({
      step: 'what',
      input: '--rate 10',
      lines: ['--rate: expected a rate, got 10'],
      role: 'bad',
    });
  });

  test('is mended where it was typed, and still knows why', () => {
    const mended = next(asked, ...press('/', 's', 'enter'));
    expect(dialogOf(mended)).toMatchObject({step: 'reason', what: '--rate 10/s', input: 'sale', lines: []});
    const planning = next(mended, ...press('enter'));
    expect(dialogOf(planning)).toMatchObject({step: 'planning', why: 'sale'});
    expect(effectsOf(mended, planning).map(({kind}) => kind)).toEqual(['plan']);
  });

  test('is left by Esc, and nothing is done', () => {
    const left = next(asked, ...press('escape'));
    expect(left.overlay).toBeUndefined();
    expect(effectsOf(asked, left)).toEqual([]);
  });
});
