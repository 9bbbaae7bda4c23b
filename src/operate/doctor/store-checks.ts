import type {Examination, Seen} from '../../store/examination.ts';
import type {StoreTarget} from '../../store/store-target.ts';
import type {DoctorCheck} from '../../view/model/doctor-report.ts';
import {OPERATION_RULES} from './operation-rules.ts';
import {POLICY_RULES, type PolicyFacts} from './policy-rules.ts';
import {POSTGRES_ACTIVITY_RULES} from './postgres-activity-rules.ts';
import {POSTGRES_RULES, type PostgresRuleFacts} from './postgres-rules.ts';
import {REACH_RULES, type ReachFacts} from './reach-rules.ts';
import {REDIS_DURABILITY_RULES} from './redis-durability-rules.ts';
import {REDIS_RULES, type RedisRuleFacts} from './redis-rules.ts';
import {runRules} from './rule.ts';
import {SQLITE_RULES} from './sqlite-rules.ts';
import {STORE_RULES, type StoreRuleFacts} from './store-rules.ts';
import type {UsageFacts} from './usage-facts.ts';
import {USAGE_RULES} from './usage-rules.ts';

export interface StoreFindings {
  /** Undefined: it is not known which store is meant. */
  readonly kind: StoreTarget['kind'] | undefined;
  readonly reach: Seen<ReachFacts>;
  readonly examination: Seen<Examination>;
  /** How opening it as other commands do failed, although it could be examined. */
  readonly refusal: Refusal | undefined;
  readonly usage: Seen<UsageFacts>;
  readonly readOnly: boolean;
  /** This machine's clock, µs. */
  readonly localNow: number;
}

export interface Refusal {
  /** Without any secret. */
  readonly message: string;
  readonly hint: string;
}

/** What is judged of a store, its server and what applications do with it. */
export const storeChecks = (facts: StoreFindings): readonly DoctorCheck[] => {
  const ofServer = [
    ...runRules(
      STORE_RULES,
      mapped(
        facts.examination,
        (examination): StoreRuleFacts => ({...examination, readOnly: facts.readOnly}),
      ),
    ),
    ...serverChecks(facts),
  ];
  return [
    ...runRules(REACH_RULES, reachOf(facts, ofServer)),
    ...ofServer,
    ...runRules([...USAGE_RULES, ...OPERATION_RULES], facts.usage),
  ];
};

/** That a store cannot be used is said by the check that knows why; where none does, here. */
const reachOf = ({reach, refusal}: StoreFindings, checks: readonly DoctorCheck[]): Seen<ReachFacts> => {
  const isTold = checks.some(
    ({id, findings}) =>
      findings.some(({severity}) => severity === 'error') || (id.endsWith('/schema') && findings.length > 0),
  );
  if (refusal === undefined || isTold) return reach;
  return mapped(reach, (facts) =>
    facts.outcome.kind === 'reached' ? {...facts, outcome: {kind: 'unusable', ...refusal}} : facts,
  );
};

/** Those of the kind of the store: the others are left out. */
const serverChecks = (facts: StoreFindings): readonly DoctorCheck[] => {
  switch (facts.kind) {
    case 'redis':
      return runRules([...REDIS_RULES, ...REDIS_DURABILITY_RULES], redisFacts(facts));
    case 'postgres':
      return runRules([...POSTGRES_RULES, ...POSTGRES_ACTIVITY_RULES], postgresFacts(facts));
    case 'sqlite':
      return runRules(
        SQLITE_RULES,
        mapped(facts.examination, ({details}) => ofKind(details, 'sqlite')),
      );
    case 'memory':
    case undefined:
      return [];
  }
};

const redisFacts = (facts: StoreFindings): Seen<RedisRuleFacts> =>
  mapped(facts.examination, (examination) => ({
    ...ofKind(examination.details, 'redis'),
    inUse: facts.usage.seen ? facts.usage.value.lately.size > 0 : undefined,
    now: serverNow(examination, facts.localNow),
  }));

const postgresFacts = (facts: StoreFindings): Seen<PostgresRuleFacts> =>
  mapped(facts.examination, (examination) => ({
    ...ofKind(examination.details, 'postgres'),
    url: examination.url,
    now: serverNow(examination, facts.localNow),
  }));

const serverNow = ({clock}: Examination, localNow: number): number =>
  localNow + (clock.seen ? clock.value.ahead : 0);

type Details = Examination['details'];

const ofKind = <K extends Details['kind']>(
  details: Details,
  kind: K,
): Extract<Details, {readonly kind: K}> => {
  if (details.kind !== kind) throw new Error(`unreachable: ${details.kind} is not ${kind}`);
  return details as Extract<Details, {readonly kind: K}>;
};

const mapped = <T, U>(what: Seen<T>, change: (value: T) => U): Seen<U> =>
  what.seen ? {seen: true, value: change(what.value)} : what;

export const policyChecks = (facts: PolicyFacts): readonly DoctorCheck[] =>
  runRules(POLICY_RULES, {seen: true, value: facts});
