import {describe, expect, test} from 'vitest';
import type {TokenChange, TokenList, TokenRekey} from '../../../src/view/model/token-list.ts';
import type {Style} from '../../../src/view/style.ts';
import {textWidth} from '../../../src/view/text-width.ts';
import {tokenChangeText} from '../../../src/view/token/change.ts';
import {forceRefreshText} from '../../../src/view/token/force-refresh.ts';
import {tokenListText} from '../../../src/view/token/list.ts';
import {tokenRekeyText} from '../../../src/view/token/rekey.ts';
import {expectGolden} from '../../support/golden.ts';
import {unsafeIn} from '../unsafe.ts';
import {ENTRIES, EVERY_OUTCOME, EVIL, entry, report, result, state, token} from './token-fixtures.ts';

const style = (width: number, ascii = false): Style => ({width, colour: false, ascii});

const LIST: TokenList = {
  store: 'redis://cache:6379',
  now: '2026-01-05T12:00:01.000Z',
  leader: 'app-3:4711:9c02',
  tokens: ENTRIES,
};

const PUT: TokenChange = {
  action: 'put',
  dryRun: false,
  store: 'redis://cache:6379',
  provider: 'google',
  before: token({expiresInMs: -60_000}),
  after: token({generation: 8, accessFingerprint: null, refreshFingerprint: '1c1c1c1c'}),
  next: {at: '2026-01-05T12:02:03.456Z', inMs: 123_456, by: 'app-3:4711:9c02'},
};

const REKEY: TokenRekey = {
  dryRun: false,
  store: 'redis://cache:6379',
  keyId: '2027-01',
  tokens: [
    {provider: 'google', outcome: 'rekeyed', keyId: '2026-01', error: null},
    {provider: 'mail', outcome: 'current', keyId: '2027-01', error: null},
    {provider: 'reports', outcome: 'no-token', keyId: null, error: null},
    {
      provider: 'retired',
      outcome: 'failed',
      keyId: null,
      error: 'a token is encrypted with the key "2024", which is not among the keys',
    },
  ],
};

describe.each([60, 100])('on a screen of %i columns', (width) => {
  test.each(EVERY_OUTCOME.map((one) => [one.outcome, one] as const))('force-refresh: %s', (outcome, one) => {
    const dryRun = outcome === 'would-refresh';
    expectGolden(
      `token/force-refresh-${outcome}-${width}.txt`,
      forceRefreshText(report([one], {dryRun}), style(width)),
    );
  });

  test('force-refresh --all', () => {
    expectGolden(
      `token/force-refresh-all-${width}.txt`,
      forceRefreshText(report(EVERY_OUTCOME), style(width)),
    );
  });

  test('token ls', () => {
    expectGolden(`token/ls-${width}.txt`, tokenListText(LIST, style(width)));
  });

  test('token put, rm and rekey', () => {
    const removed = {...PUT, action: 'rm', after: null, next: null} as const;
    const text = [
      tokenChangeText(PUT, style(width)),
      tokenChangeText({...PUT, before: null, next: {...PUT.next!, by: null, inMs: 0}}, style(width)),
      tokenChangeText(removed, style(width)),
      tokenRekeyText(REKEY, style(width)),
    ];
    expectGolden(`token/changes-${width}.txt`, text.join('\n'));
  });
});

test.each([40, 60, 100, 160])('no line over %i columns, and no raw control character', (width) => {
  const evil = result({
    provider: EVIL.repeat(20),
    outcome: 'reauthorise',
    error: EVIL,
    by: EVIL,
    state: state({lock: {held: true, by: EVIL, until: null, remainingMs: 5}}),
  });
  const change: TokenChange = {...PUT, provider: EVIL, store: EVIL, next: {...PUT.next!, by: EVIL}};
  for (const ascii of [false, true]) {
    const shown = style(width, ascii);
    const text = [
      ...EVERY_OUTCOME.map((one) => forceRefreshText(report([one]), shown)),
      forceRefreshText(report([evil], {why: EVIL, store: EVIL}), shown),
      forceRefreshText(report([...EVERY_OUTCOME, evil]), shown),
      forceRefreshText(report([], {totals: {providers: 1, done: 0, failed: 0, skipped: 1}}), shown),
      tokenListText({...LIST, leader: EVIL, tokens: [...ENTRIES, entry({provider: EVIL})]}, shown),
      tokenListText({...LIST, leader: null, tokens: []}, shown),
      tokenChangeText(change, shown),
      tokenChangeText({...change, action: 'rm', before: null, after: null}, shown),
      tokenRekeyText({...REKEY, keyId: EVIL, tokens: [{...REKEY.tokens[3]!, error: EVIL}]}, shown),
    ].join('');
    for (const line of text.split('\n')) expect(textWidth(line), line).toBeLessThanOrEqual(width);
    expect(unsafeIn(text)).toBeUndefined();
    if (ascii) expect(text).toMatch(/^[ -~\n]*$/);
  }
});

describe('the next step', () => {
  test('of a wait is the exact wait, rounded up; an emergency is not told to declare one', () => {
    const wait = EVERY_OUTCOME.find(({outcome}) => outcome === 'wait')!;
    expect(forceRefreshText(report([wait]), style(100))).toContain(
      'run it again in 2m4s; an emergency may be sooner: --emergency --reason TEXT',
    );
    expect(forceRefreshText(report([wait], {emergency: true}), style(100))).not.toContain('--emergency');
  });

  test('of a spent refresh token is a person', () => {
    const spent = EVERY_OUTCOME.find(({outcome}) => outcome === 'reauthorise')!;
    expect(forceRefreshText(report([spent]), style(100))).toContain(
      'let a person authorise, then: ratectl token put spent',
    );
  });

  test('of a command that was interrupted before anything began is told', () => {
    const none = report([], {totals: {providers: 1, done: 0, failed: 0, skipped: 1}});
    expect(forceRefreshText(none, style(100))).toContain('1 provider not begun: interrupted');
  });
});
