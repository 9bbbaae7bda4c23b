import {hostname, userInfo} from 'node:os';
import {describe, expect, test} from 'vitest';
import {actorOf, actorText} from '../../../src/operate/audit/actor.ts';
import {listAudit} from '../../../src/operate/audit/list-audit.ts';
import {recordAudit} from '../../../src/operate/audit/record-audit.ts';
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
  expect(await listAudit(store, 10, 0)).toEqual([
    {at: '2026-01-05T12:00:01.000Z', action: 'undo', ...entry, receipt: null},
    {at: '2026-01-05T12:00:00.000Z', action: 'reset', ...entry, receipt: 'r.jsonl'},
  ]);
  expect(await listAudit(store, 10, NOW + 1)).toHaveLength(1);
  expect(await listAudit(store, 1, 0)).toHaveLength(1);
});
