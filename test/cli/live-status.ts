import {RequestRouter} from '../../src/engine/live/request-router.ts';
import {parsePolicy} from '../../src/policy/load-policy.ts';
import type {Request} from '../operate/live-state.ts';
import {type LiveCli, liveCli} from './live-cli.ts';

/** Refilled so slowly that no state changes while a test runs. */
export const SLOW_POLICY = `version: 1
limits:
  - {name: per-ip, key: "{ip}", algorithm: token-bucket, rate: 20/d}
  - {name: per-tenant, key: "{tenant}", mode: shadow, algorithm: gcra, rate: 5/d}
  - {name: plan, key: "{tenant}", tier: "{plan}", tiers: {free: [{algorithm: gcra, rate: 10/d}], pro: [{algorithm: gcra, rate: 100/d}]}}
`;

const TRAFFIC: readonly (readonly [Request, number])[] = [
  [{ip: '203.0.113.7'}, 21],
  [{ip: '203.0.113.8'}, 19],
  [{ip: 'a\u001b]0;x\u0007*'}, 1],
  [{tenant: 'acme', plan: 'free'}, 9],
  [{tenant: 'bcme', plan: 'pro'}, 2],
];

/** A folder with a policy, and traffic in its SQLite store: one key limited, one near, one limited in shadow. */
export const statusCli = async (
  files: Readonly<Record<string, string>> = {'ratectl.yaml': SLOW_POLICY},
): Promise<LiveCli> => {
  const cli = liveCli({}, files);
  await cli.with(async (store) => {
    const router = new RequestRouter(parsePolicy(SLOW_POLICY, 'ratectl.yaml').policy);
    const {now} = await store.facts();
    for (const [request, times] of TRAFFIC)
      for (let i = 0; i < times; i++) await store.check([router.route(request, {cost: 1, now, hold: 0})]);
    await store.record({
      limits: [{limit: 'per-ip', allowed: 41, denied: 1, shadowDenied: 0}],
      keys: [
        {
          address: {limit: 'per-ip', key: '203.0.113.7', tier: '', shape: 't'},
          denied: 1,
          shadow: false,
          until: now + 4_000_000_000,
        },
      ],
    });
  });
  return cli;
};

/** The keys of an answer in JSON lines, as `limit/key state`. */
export const namesIn = (jsonl: string): readonly string[] =>
  jsonl
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as {limit: string; key: string; state: string})
    .map(({limit, key, state}) => `${limit}/${key} ${state}`);
