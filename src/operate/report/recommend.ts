import type {AlgorithmSpec, LimitSpec, Policy} from '../../engine/policy-model.ts';
import type {
  Forecast,
  Recommendation,
  RefusedKey,
  ReportLimit,
  ReportToken,
  Utilisation,
} from '../../view/model/activity-report.ts';

export interface RecommendFacts {
  readonly policy: Policy | undefined;
  /** As it is called on a command line. */
  readonly policyFile: string;
  /** Recordings of the traffic; empty: none is known. */
  readonly traces: readonly string[];
  readonly limits: readonly ReportLimit[];
  readonly keys: readonly RefusedKey[];
  readonly utilisation: Utilisation | null;
  readonly forecast: Forecast;
  /** Requests in the hours before the forecast, as many as it has. */
  readonly lately: number;
  readonly tokens: readonly ReportToken[];
  /** The number of a bucket that `--solve` may vary: `rate`, `limit`. */
  readonly solvable: (spec: AlgorithmSpec) => string | undefined;
}

/** Refusals that are worth a word, and the share of a limit's requests they must be. */
const LEAST_DENIED = 100;
const WORTH_RAISING = 0.01;
const URGENT = 0.05;
/** One key alone with so much of a limit's denials. */
const ONE_KEY = 0.5;
/** What a limit in shadow mode may refuse when it begins to enforce. */
const HARMLESS = 0.001;
const LEAST_REQUESTS = 10_000;
/** A limit of which nearly every key uses less than this is wider than it needs to be. */
const IDLE = 0.1;
const GROWTH = 1.2;
const POOR_SUCCESS = 0.9;
const LEAST_REFRESHES = 5;

const URGENCIES: readonly Recommendation['urgency'][] = ['act', 'plan', 'consider'];

/** What the figures suggest, the most urgent first. */
export const recommend = (facts: RecommendFacts): readonly Recommendation[] =>
  [
    ...facts.limits.flatMap((limit) => ofLimit(limit, facts)),
    ...facts.tokens.flatMap(ofToken),
    ...growth(facts),
  ].sort((a, b) => URGENCIES.indexOf(a.urgency) - URGENCIES.indexOf(b.urgency));

const ofLimit = (limit: ReportLimit, facts: RecommendFacts): readonly Recommendation[] => {
  if (limit.mode === 'shadow') return ofShadow(limit, facts);
  if (limit.denied >= LEAST_DENIED && limit.denied / limit.requests >= WORTH_RAISING)
    return ofDenials(limit, facts);
  return limit.denied === 0 ? ofIdle(limit, facts) : [];
};

const ofDenials = (limit: ReportLimit, facts: RecommendFacts): readonly Recommendation[] => {
  const {limit: name, denied, requests} = limit;
  const rate = denied / requests;
  const urgency = rate >= URGENT ? 'act' : 'plan';
  const top = facts.keys.find((key) => key.limit === name);
  if (top !== undefined && top.share >= ONE_KEY)
    return [
      {
        kind: 'one-key',
        urgency,
        subject: name,
        text: `look at one key before ${name} is changed: ${top.key}`,
        reason: `it has ${percent(top.share)} of the refusals of ${name}; a wider limit would mostly serve this key. Give it an override in new.yaml, or leave it refused`,
        command: simulate(facts, ['--policy new.yaml', `--against ${facts.policyFile}`]),
      },
    ];
  return [
    {
      kind: 'raise',
      urgency,
      subject: name,
      text: `find out how far ${name} must be raised to refuse less than 0.1 %`,
      reason: `${percent(rate)} of ${count(requests)} requests were refused, and no single key has half of them: the limit is too narrow for ordinary use, or the clients send too fast`,
      command: solve(limit, facts),
    },
  ];
};

const ofShadow = (limit: ReportLimit, facts: RecommendFacts): readonly Recommendation[] => {
  const {limit: name, requests, shadowDenied} = limit;
  if (requests < LEAST_REQUESTS) return [];
  const rate = shadowDenied / requests;
  if (rate <= HARMLESS)
    return [
      {
        kind: 'enforce',
        urgency: 'consider',
        subject: name,
        text: `take ${name} out of shadow mode`,
        reason: `it would have refused ${count(shadowDenied)} of ${count(requests)} requests (${percent(rate)}). Take "mode: shadow" out in new.yaml`,
        command: simulate(facts, ['--policy new.yaml', `--fail-if ${quote(`limit.${name}.denied > 0.1%`)}`]),
      },
    ];
  return [
    {
      kind: 'keep-shadow',
      urgency: rate >= URGENT ? 'plan' : 'consider',
      subject: name,
      text: `keep ${name} in shadow mode until it refuses less`,
      reason: `it would have refused ${count(shadowDenied)} of ${count(requests)} requests (${percent(rate)})`,
      command: solve(limit, facts),
    },
  ];
};

const ofIdle = (
  {limit: name, requests, ...limit}: ReportLimit,
  facts: RecommendFacts,
): readonly Recommendation[] => {
  const {utilisation} = facts;
  if (limit.mode === null || requests < LEAST_REQUESTS) return [];
  // The index of keys near their limit says nothing about the others.
  if (utilisation === null || utilisation.scope !== 'all' || !utilisation.complete) return [];
  const used = utilisation.limits.find((one) => one.limit === name);
  if (used === undefined || used.p99 >= IDLE) return [];
  return [
    {
      kind: 'lower',
      urgency: 'consider',
      subject: name,
      text: `narrow ${name}: it is wider than it needs to be`,
      reason: `none of ${count(requests)} requests was refused, and 99 % of ${count(used.keys)} keys use at most ${percent(used.p99)} of it now: a narrower limit would still protect`,
      command: solve({limit: name}, facts),
    },
  ];
};

const growth = (facts: RecommendFacts): readonly Recommendation[] => {
  const {forecast, lately, limits} = facts;
  if (forecast.kind === 'none' || lately < LEAST_REQUESTS) return [];
  const {expected, low} = forecast.total;
  // The lower bound, too: else it may be chance.
  if (expected < GROWTH * lately || low <= lately) return [];
  const tightest = [...limits].sort((a, b) => b.denied - a.denied)[0];
  const subject = tightest?.limit ?? '';
  return [
    {
      kind: 'grows',
      urgency: 'plan',
      subject,
      text: `traffic grows: expect ${count(expected)} requests after ${count(lately)}`,
      reason: `${percent(expected / lately - 1)} more in a range of the same length, at least ${count(low)}. Check the limits on a recording of the busiest hours`,
      command: simulate(facts, [`--policy ${facts.policyFile}`, `--fail-if ${quote('denied > 1%')}`]),
    },
  ];
};

const ofToken = ({
  provider,
  successRate,
  refreshed,
  failed,
  errors,
}: ReportToken): readonly Recommendation[] => {
  const attempts = refreshed + failed;
  if (successRate === null || attempts < LEAST_REFRESHES || successRate >= POOR_SUCCESS) return [];
  const most = errors[0];
  return [
    {
      kind: 'token',
      urgency: 'act',
      subject: provider,
      text: `refreshes of ${provider} fail`,
      reason: `${count(failed)} of ${count(attempts)} failed${most === undefined ? '' : `, mostly ${most.error}`}`,
      command: 'ratectl token ls -o wide',
    },
  ];
};

/** The smallest value that keeps refusals under 0.1 %; where several buckets stand together no single number is the one. */
const solve = ({limit: name}: Pick<ReportLimit, 'limit'>, facts: RecommendFacts): string => {
  const parameter = parameterOf(
    facts.policy?.limits.find((limit) => limit.name === name),
    facts.solvable,
  );
  if (parameter === undefined) return simulate(facts, ['--policy new.yaml', `--against ${facts.policyFile}`]);
  return simulate(facts, [
    `--policy ${facts.policyFile}`,
    `--solve ${quote(`limit.${name}.${parameter}`)}`,
    `--target ${quote(`limit.${name}.denied < 0.1%`)}`,
  ]);
};

const parameterOf = (
  limit: LimitSpec | undefined,
  solvable: RecommendFacts['solvable'],
): string | undefined => {
  const [spec, ...more] = limit?.plan.kind === 'single' ? limit.plan.buckets : [];
  return spec === undefined || more.length > 0 ? undefined : solvable(spec);
};

const simulate = ({traces}: Pick<RecommendFacts, 'traces'>, words: readonly string[]): string =>
  ['ratectl simulate', ...(traces.length === 0 ? ['TRACE'] : traces.map(quote)), ...words].join(' ');

/** For a POSIX shell. */
export const quote = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

const count = (value: number): string => value.toLocaleString('en-US');

/** `3.2 %`, `0.04 %`. */
const percent = (share: number): string => {
  const value = share * 100;
  return `${Number(value >= 10 ? value.toFixed(0) : value.toPrecision(2))} %`;
};
