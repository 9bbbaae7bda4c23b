import {tokenHealth} from '../../analytics/token-health.ts';
import {ceilMillis, floorMillis} from '../../base/micros.ts';
import type {BreakerKind} from '../../engine/breaker.ts';
import {budgetUse, nextAllowed} from '../../engine/refresh/refresh-budget.ts';
import {EMPTY_RECORD, type RefreshRecord} from '../../engine/refresh/refresh-record.ts';
import type {RefreshRules} from '../../engine/refresh/refresh-rules.ts';
import {closeLost, runningAttempt} from '../../engine/refresh/refresh-transitions.ts';
import type {TokenProviderSpec} from '../../engine/refresh/token-provider-spec.ts';
import {judgeToken, type TokenFacts} from '../../engine/token-verdict.ts';
import type {StoredDocument} from '../../store/port.ts';
import {readTokenDocument} from '../../store/token-document.ts';
import type {StatusToken} from '../../view/model/status-sections.ts';
import {clampedInstant} from './clamped-instant.ts';
import {shownInstant} from './observed-key.ts';

/** What is known around the tokens. */
export interface TokenSurroundings {
  /** The store's clock, µs. */
  readonly now: number;
  /** The breaker in front of a provider. */
  readonly breakerOf: (provider: string) => {readonly kind: BreakerKind; readonly refusedUntil: number};
  readonly usesOf: (provider: string) => StatusToken['uses'];
}

/** The providers of the policy in its order, then those that only the store knows. */
export const tokenSection = (
  documents: readonly StoredDocument[],
  specs: readonly TokenProviderSpec[],
  around: TokenSurroundings,
): readonly StatusToken[] => {
  const stored = new Map(documents.map(({id, value}) => [id, value]));
  const configured = specs.map((spec) =>
    tokenOf(
      spec.name,
      stored.has(spec.name) ? readTokenDocument(stored.get(spec.name)) : EMPTY_RECORD,
      spec,
      around,
    ),
  );
  const known = new Set(specs.map(({name}) => name));
  const others = documents
    .filter(({id}) => !known.has(id))
    .map(({id, value}) => tokenOf(id, readTokenDocument(value), undefined, around));
  return [...configured, ...others];
};

const tokenOf = (
  provider: string,
  stored: RefreshRecord | undefined,
  spec: TokenProviderSpec | undefined,
  around: TokenSurroundings,
): StatusToken => {
  const head = {provider, configured: spec !== undefined, uses: around.usesOf(provider)};
  if (stored === undefined) return {...head, ...NO_FACTS, ...NO_JUDGEMENT, condition: 'unreadable'};
  // As the next one who asks will find it: attempts of processes that died are over.
  const record = spec === undefined ? stored : closeLost(stored, rulesOf(spec), around.now);
  return {...head, ...recordFacts(record, around.now), ...judgement(provider, record, spec, around)};
};

type RecordFacts = Pick<
  StatusToken,
  'generation' | 'expiresAt' | 'expiresInMs' | 'failures' | 'reauthorise' | 'suspect' | 'refreshing'
>;
type Judgement = Pick<
  StatusToken,
  'condition' | 'recommendation' | 'reasons' | 'health' | 'refreshes' | 'refreshAllowedInMs' | 'waitsFor'
>;

const NO_FACTS: RecordFacts = {
  generation: 0,
  expiresAt: null,
  expiresInMs: null,
  failures: 0,
  reauthorise: null,
  suspect: null,
  refreshing: null,
};

const NO_JUDGEMENT: Omit<Judgement, 'condition'> = {
  recommendation: null,
  reasons: [],
  health: null,
  refreshes: null,
  refreshAllowedInMs: null,
  waitsFor: null,
};

const recordFacts = (record: RefreshRecord, now: number): RecordFacts => {
  const {generation, token, failures, reauthorise, suspect} = record;
  const running = runningAttempt(record, now);
  const expiresAt = token === undefined ? undefined : shownInstant(token.expiresAt);
  return {
    generation,
    expiresAt: expiresAt ?? null,
    expiresInMs: token === undefined || expiresAt === undefined ? null : floorMillis(token.expiresAt - now),
    failures,
    reauthorise:
      reauthorise === undefined ? null : {since: clampedInstant(reauthorise.since), why: reauthorise.why},
    suspect:
      suspect === undefined ? null : {at: clampedInstant(suspect.at), by: suspect.by, why: suspect.why},
    refreshing:
      running === undefined
        ? null
        : {
            by: running.by,
            fencing: running.fencing,
            since: clampedInstant(running.startedAt),
            until: clampedInstant(running.until),
          },
  };
};

const judgement = (
  provider: string,
  record: RefreshRecord,
  spec: TokenProviderSpec | undefined,
  {now, breakerOf}: TokenSurroundings,
): Judgement => {
  const facts = factsOf(record, spec, now);
  const {status, recommendation, reasons} = judgeToken(facts);
  if (spec === undefined) return {...NO_JUDGEMENT, condition: status};
  const {attempts, failures, notBefore} = record;
  const breaker = breakerOf(provider);
  const budget = budgetUse(attempts, spec.budget, now);
  const longest = budget.reduce((a, b) => (b.per > a.per ? b : a));
  const outcomes = attempts.map(({outcome}) => outcome);
  const {score, terms} = tokenHealth({...facts, outcomes, failures, breaker: breaker.kind, budget});
  const waits = [
    {for: 'budget', until: nextAllowed(attempts, spec.budget, now)},
    {for: 'backoff', until: notBefore},
    {for: 'breaker', until: breaker.refusedUntil},
  ] as const;
  const last = waits.reduce((a, b) => (b.until > a.until ? b : a));
  const helpless = record.reauthorise !== undefined || recommendation === 'reauthorise';
  return {
    condition: status,
    recommendation,
    reasons,
    health: {
      score,
      lost: terms.filter(({lost}) => lost > 0).map(({name, lost, why}) => ({term: name, points: lost, why})),
    },
    refreshes: {used: longest.used, allowed: longest.count, perMs: ceilMillis(longest.per)},
    refreshAllowedInMs: helpless ? null : ceilMillis(Math.max(0, last.until - now)),
    waitsFor: helpless || last.until <= now ? null : last.for,
  };
};

/** Without a policy nothing is known of margins and of what a refresh spends: only how the token stands is used of it. */
const factsOf = (
  {token, suspect, reauthorise}: RefreshRecord,
  spec: TokenProviderSpec | undefined,
  now: number,
): TokenFacts => ({
  token,
  suspect,
  reauthorise,
  now,
  spends: spec === undefined ? 'refresh-token' : rulesOf(spec).spends,
  margin: spec?.margin ?? 0,
});

const rulesOf = ({budget, rotation, grant, lease}: TokenProviderSpec): RefreshRules => ({
  budget,
  rotation,
  lease,
  spends: grant === 'refresh-token' ? 'refresh-token' : 'nothing',
});
