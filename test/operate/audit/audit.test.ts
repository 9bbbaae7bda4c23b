import {hostname, userInfo} from 'node:os';
import {describe, expect, test} from 'vitest';
import {actorOf, actorText} from '../../../src/operate/audit/actor.ts';
import {type AuditQuery, listAudit} from '../../../src/operate/audit/list-audit.ts';
import {recordAudit} from '../../../src/store/record-audit.ts';
import {memoryStore, NOW} from '../reset/stores.ts';

describe('who did it', () => {
  const host = hostname();
  test.each([
    [{}, userInfo().username],
    [{RATECTL_ACTOR: ''}, userInfo().username],
    [{RATECTL_ACTOR: '  '}, userInfo().username],
    [{RATECTL_ACTOR: ' deploy-bot '}, 'deploy-bot'],
    [{RATECTL_ACTOR: 'x'.repeat(1_000)}, 'x'.repeat(200)],
  ])('%j', (env, by) => expect(actorOf(env)).toEqual({by, host}));

  test('is called user@host, once', () => {
    expect(actorText({by: 'ada', host: 'build-7'})).toBe('ada@build-7');
    expect(actorText({by: 'ada@example.org', host: 'build-7'})).toBe('ada@example.org');
  });
});

test('the journal is listed from the newest on, as far back as asked', async () => {
  let now = NOW;
  const store = memoryStore(() => now);
  const entry = {by: 'ada', host: 'build-7', why: 'x', target: 'per-ip/a', keys: 1};
  await recordAudit(store, {action: 'reset', ...entry, receipt: 'r.jsonl'});
  now += 1_000_000;
  await recordAudit(store, {action: 'undo', ...entry});
  expect(await listAudit(store, {count: 10, since: 0})).toEqual([
    {at: '2026-01-05T12:00:01.000Z', action: 'undo', ...entry, receipt: null, note: null},
    {at: '2026-01-05T12:00:00.000Z', action: 'reset', ...entry, receipt: 'r.jsonl', note: null},
  ]);
  expect(await listAudit(store, {count: 10, since: NOW + 1})).toHaveLength(1);
  expect(await listAudit(store, {count: 1, since: 0})).toHaveLength(1);
});

test('the journal is filtered by action, also by the first words of it, and by part of the target', async () => {
  const store = memoryStore();
  const entry = {by: 'ada', host: 'build-7', why: 'x', keys: 1};
  for (const [action, target] of [
    ['token-refresh', 'google'],
    ['token-put', 'google'],
    ['tokens', 'google'],
    ['reset', 'per-ip/a'],
    ['reset-started', '--prefix per-ip/'],
  ] as const)
    await recordAudit(store, {action, target, note: `did ${action}`, ...entry});
  const notes = async (query: Partial<AuditQuery>): Promise<readonly (string | null)[]> =>
    (await listAudit(store, {count: 10, since: 0, ...query})).map(({note}) => note);
  expect(await notes({action: 'token'})).toEqual(['did token-put', 'did token-refresh']);
  expect(await notes({action: 'token', target: 'goo', count: 1})).toEqual(['did token-put']);
  expect(await notes({target: 'per-ip/'})).toEqual(['did reset-started', 'did reset']);
  expect(await notes({action: 'reset-started'})).toEqual(['did reset-started']);
  expect(await notes({count: Number.POSITIVE_INFINITY})).toHaveLength(5);
});
