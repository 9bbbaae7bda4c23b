import {describe, expect, test} from 'vitest';
import {type ExplainQuery, explainKey} from '../../../src/operate/explain/explain-key.ts';
import {explainMarkdown} from '../../../src/view/explain/markdown.ts';
import {explainText} from '../../../src/view/explain/text.ts';
import type {KeyExplanation} from '../../../src/view/model/key-explanation.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import type {Times} from '../../../src/view/when.ts';
import {BehaviourState} from '../../operate/behaviour-state.ts';
import {expectGolden} from '../../support/golden.ts';

const SUBJECTS: Readonly<Record<string, ExplainQuery['subject']>> = {
  movedDown: {kind: 'exact', limit: 'plan', key: 'flood'},
  movedUp: {kind: 'request', attributes: {tenant: 'good', plan: 'free'}},
  atTheEnd: {kind: 'request', attributes: {tenant: 'good', plan: 'premium'}},
  notKnown: {kind: 'request', attributes: {tenant: 'new', plan: 'free'}},
};

const explained = async (
  subject: ExplainQuery['subject'],
): Promise<{readonly explanation: KeyExplanation; readonly times: Times}> => {
  const state = await BehaviourState.busy();
  const {explanation} = await explainKey(state.source, {subject, cost: 1, tier: undefined});
  return {explanation, times: {format: 'relative', timeZone: 'UTC', now: state.now / 1_000}};
};

describe('how a key behaves is explained term by term', () => {
  for (const [name, subject] of Object.entries(SUBJECTS)) {
    for (const width of [60, 100]) {
      test(`${name} at ${width} columns`, async () => {
        const {explanation, times} = await explained(subject);
        const text = explainText(explanation, null, times, {width, colour: false, ascii: false});
        for (const line of text.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(width);
        expectGolden(`explain/behaviour-${name}-${width}.txt`, text);
      });
    }
    test(`${name} in ASCII`, async () => {
      const {explanation, times} = await explained(subject);
      const text = explainText(explanation, null, times, {width: 80, colour: false, ascii: true});
      expect(text).toMatch(/^[\n -~]*$/);
      expectGolden(`explain/behaviour-${name}-80-ascii.txt`, text);
    });
    test(`${name} as Markdown`, async () => {
      const {explanation, times} = await explained(subject);
      expectGolden(`explain/behaviour-${name}.md`, explainMarkdown(explanation, times));
    });
  }

  test('with instants where they are asked for', async () => {
    const {explanation, times} = await explained(SUBJECTS['movedDown']!);
    const text = explainText(
      explanation,
      null,
      {...times, format: 'iso'},
      {width: 100, colour: false, ascii: false},
    );
    expect(text).toContain('decided at 2026-01-05T12:35:00Z');
    expect(text).toContain('holds at least until 2026-01-05T12:40:00Z');
  });
});
