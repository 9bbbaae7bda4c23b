import {describe, expect, test} from 'vitest';
import {type ExplainQuery, explainKey} from '../../../src/operate/explain/explain-key.ts';
import {explainMarkdown} from '../../../src/view/explain/markdown.ts';
import {explainText} from '../../../src/view/explain/text.ts';
import type {KeyExplanation} from '../../../src/view/model/key-explanation.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import type {Times} from '../../../src/view/when.ts';
import {algorithmState} from '../../operate/algorithm-state.ts';
import {busyState, NOON} from '../../operate/live-state.ts';
import {expectGolden} from '../../support/golden.ts';
import {HOSTILE_KEYS} from '../../support/hostile-keys.ts';
import {MINUTE} from '../../support/instants.ts';
import {unsafeIn, withoutColour} from '../unsafe.ts';

const TIMES: Times = {format: 'relative', timeZone: 'UTC', now: NOON / 1_000};

const explained = async (subject: ExplainQuery['subject'], cost = 1): Promise<KeyExplanation> => {
  const state = await busyState();
  await state.override({limit: 'per-ip', key: '203.0.113.9', until: NOON + MINUTE, effect: {kind: 'block'}});
  await state.refused('per-ip', '203.0.113.7', 134);
  return (await explainKey(state.source, {subject, cost, tier: undefined})).explanation;
};

const cases: Readonly<Record<string, () => Promise<KeyExplanation>>> = {
  limited: () => explained({kind: 'exact', limit: 'per-ip', key: '203.0.113.7'}, 2),
  blocked: () => explained({kind: 'exact', limit: 'per-ip', key: '203.0.113.9'}),
  everyLimit: () => explained({kind: 'key', key: 'acme'}),
  fresh: () => explained({kind: 'exact', limit: 'plan', key: 'nobody'}),
  unknownKey: () => explained({kind: 'key', key: 'no\u001bbody'}),
  request: () =>
    explained({
      kind: 'request',
      attributes: {ip: '203.0.113.7', path: '/health', tenant: 'acme', plan: 'free'},
    }),
  noPolicy: async () => {
    const state = await busyState();
    const subject = {kind: 'key', key: 'acme'} as const;
    return (await explainKey(state.withoutPolicy, {subject, cost: 1, tier: undefined})).explanation;
  },
  algorithms: async () => {
    const source = await algorithmState();
    return (await explainKey(source, {subject: {kind: 'key', key: 'k'}, cost: 1, tier: undefined}))
      .explanation;
  },
};

describe('goldens', () => {
  for (const [name, explanationOf] of Object.entries(cases)) {
    for (const width of [60, 100]) {
      test(`${name} at ${width} columns`, async () => {
        const text = explainText(await explanationOf(), null, TIMES, {width, colour: false, ascii: false});
        for (const line of text.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(width);
        expectGolden(`explain/${name}-${width}.txt`, text);
      });
    }
    test(`${name} in ASCII`, async () => {
      const text = explainText(await explanationOf(), null, TIMES, {width: 80, colour: false, ascii: true});
      expect(text).toMatch(/^[\n -~]*$/);
      expectGolden(`explain/${name}-80-ascii.txt`, text);
    });
    test(`${name} as Markdown`, async () => {
      expectGolden(`explain/${name}.md`, explainMarkdown(await explanationOf(), TIMES));
    });
  }
});

test('no key acts on the terminal', async () => {
  const state = await busyState();
  for (const key of HOSTILE_KEYS) {
    await state.send({ip: key}, 3);
    const subject = {kind: 'exact', limit: 'per-ip', key} as const;
    const {explanation} = await explainKey(state.source, {subject, cost: 1, tier: undefined});
    const text = withoutColour(
      explainText(explanation, null, TIMES, {width: 60, colour: true, ascii: false}),
    );
    expect(unsafeIn(text), JSON.stringify(key)).toBeUndefined();
    expect(unsafeIn(explainMarkdown(explanation, TIMES)), JSON.stringify(key)).toBeUndefined();
    for (const line of text.split('\n')) expect(textWidth(line)).toBeLessThanOrEqual(60);
  }
});

test('ages are rounded down: what happened 12.999 s ago is 12 s old', async () => {
  const state = await busyState();
  const subject = {kind: 'exact', limit: 'per-ip', key: '203.0.113.7'} as const;
  const {explanation} = await explainKey(state.source, {subject, cost: 1, tier: undefined});
  const times = {...TIMES, now: TIMES.now + 12_999};
  const text = explainText(explanation, null, times, {width: 100, colour: false, ascii: false});
  expect(text).toContain(' · 12s ago · ');
});
