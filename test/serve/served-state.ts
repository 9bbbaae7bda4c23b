import type {RowAddress} from '../../src/engine/live/check.ts';
import {RequestRouter} from '../../src/engine/live/request-router.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import {OVERRIDE_KIND, overrideDocument} from '../../src/store/override-document.ts';
import type {Store} from '../../src/store/port.ts';
import {putLead, TOKEN_POLICY, troubled} from '../operate/section-state.ts';
import {S} from '../support/instants.ts';

/** Refilled so slowly that no key changes its state while a test runs. */
export const SERVED_POLICY = `${TOKEN_POLICY.replace(/limits:\n.*\n/, '')}limits:
  - {name: per-ip, key: "{ip}", algorithm: token-bucket, rate: 20/d}
  - {name: per-tenant, key: "{tenant}", mode: shadow, algorithm: gcra, rate: 5/d}
  - {name: plan, key: "{tenant}", tier: "{plan}", tiers: {free: [{algorithm: gcra, rate: 10/d}], pro: [{algorithm: gcra, rate: 100/d}]}}
`;

/** A key that tries to be markup, and one that tries to be a terminal's title and to turn the line around. */
export const HOSTILE = ['<img src=x onerror=alert(1)>', 'a\u001b]0;x\u0007\u202e*'];

const TRAFFIC: readonly (readonly [Readonly<Record<string, string>>, number])[] = [
  [{ip: '203.0.113.7'}, 24],
  [{ip: '198.51.100.23'}, 21],
  [{ip: '203.0.113.8'}, 19],
  [{ip: HOSTILE[0]!}, 20],
  [{ip: HOSTILE[1]!}, 19],
  [{ip: '2001:db8:85a3::8a2e:370:7334'}, 14],
  [{ip: '192.0.2.44'}, 20],
  [{tenant: 'acme', plan: 'free'}, 11],
  [{tenant: 'bcme', plan: 'pro'}, 7],
];

/** Keys in every state, usage, and with `sections` all that can need somebody. */
export const fillStore = async (store: Store, sections: 'troubled' | 'calm' = 'troubled'): Promise<void> => {
  const router = new RequestRouter(parsePolicy(SERVED_POLICY, 'ratectl.yaml').policy);
  const {now} = await store.facts();
  const met = new Map<string, {address: RowAddress; shadow: boolean; denied: number}>();
  for (const [request, times] of TRAFFIC)
    for (let i = 0; i < times; i++) {
      const check = router.route(request, {cost: 1, now, hold: 0});
      await store.check([check]);
      for (const {address, shadow} of check.layers)
        met.set(JSON.stringify(address), {address, shadow, denied: Math.max(0, times - 20)});
    }
  await store.record({
    limits: [
      {limit: 'per-ip', allowed: 4_181, denied: 312, shadowDenied: 0},
      {limit: 'per-tenant', allowed: 4_000, denied: 0, shadowDenied: 210},
      {limit: 'plan', allowed: 910, denied: 4, shadowDenied: 0},
    ],
    keys: [...met.values()].map((one) => ({...one, until: now + 4_000 * S})),
  });
  const blocked = {
    limit: 'per-ip',
    key: '192.0.2.44',
    until: now + 3_000 * S,
    effect: {kind: 'block'},
  } as const;
  const {id, value} = overrideDocument(blocked, {by: 'ada@desk', why: 'scraper', at: now});
  await store.put(OVERRIDE_KIND, id, value, {expiresAt: blocked.until});
  if (sections === 'calm') return;
  await troubled(store, now);
  await putLead(store, 'build-7:17:abc', now, now + 60 * S);
};
