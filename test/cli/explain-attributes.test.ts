import {expect, test} from 'vitest';
import {liveCli} from './live-cli.ts';

const POLICY = `version: 1
limits:
  - {name: per-ip, key: "{ip}", when: {method: POST}, unless: {path: /health}, rate: 1/s}
  - {name: plan, key: "{tenant}", tier: "{plan}", tiers: {free: [{rate: 1/s}]}}
`;

const explain = async (attributes: string) => {
  const cli = liveCli({}, {'ratectl.yaml': POLICY});
  await cli.with(async () => {});
  const {code, out, err} = await cli.run('explain', '--attributes', attributes, '--json');
  const warnings = JSON.parse(out).warnings as readonly string[];
  return {code, err, warnings: warnings.filter((warning) => warning.includes('attribute'))};
};

test('an attribute that no limit uses is told, with the one that was probably meant', async () => {
  const {code, err, warnings} = await explain('ip=203.0.113.7,tenat=acme');
  expect(code).toBe(0);
  expect(warnings).toEqual(['no limit uses the attribute "tenat" (did you mean "tenant"?)']);
  expect(err).toContain(`warning: ${warnings[0]}`);
});

test('of keys, tiers and conditions nothing is told', async () => {
  expect((await explain('ip=203.0.113.7,tenant=acme,plan=free,path=/,method=GET')).warnings).toEqual([]);
});

test('an override with buckets is called limits of its own', async () => {
  const own = POLICY.replace('rate: 1/s}', 'rate: 1/s, overrides: {"203.0.113.7": {rate: 9/s}}}');
  const cli = liveCli({}, {'ratectl.yaml': own});
  await cli.with(async () => {});
  const {out} = await cli.run('explain', 'per-ip/203.0.113.7');
  expect(out).toMatch(/override +limits of its own/);
});
