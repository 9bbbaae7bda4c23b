import {floorMillis} from '../../base/micros.ts';
import type {Seen} from '../../store/examination.ts';
import type {
  DoctorArea,
  DoctorCheck,
  DoctorEvidence,
  DoctorFinding,
  DoctorSeverity,
} from '../../view/model/doctor-report.ts';

/** One check: pure, from what was seen to what is wrong. */
export interface Rule<F> {
  /** `AREA/NAME`; never changed once released. */
  readonly id: `${DoctorArea}/${string}`;
  /** What is looked at. */
  readonly title: string;
  /** Why a finding matters. */
  readonly why: string;
  look(facts: F): Outcome;
}

export type Outcome =
  | {readonly kind: 'ok'; readonly evidence: readonly DoctorEvidence[]}
  | {readonly kind: 'found'; readonly findings: readonly Found[]}
  | {readonly kind: 'unseen'; readonly why: string}
  /** There is nothing of the kind: the check is left out. */
  | {readonly kind: 'absent'};

export type Found = Omit<DoctorFinding, 'why'>;

export const ok = (...evidence: readonly DoctorEvidence[]): Outcome => ({kind: 'ok', evidence});

export const unseen = (why: string): Outcome => ({kind: 'unseen', why});

export const absent: Outcome = {kind: 'absent'};

export const found = (
  severity: DoctorSeverity,
  what: string,
  {where = '', evidence = [], next}: Partial<Pick<Found, 'where' | 'evidence'>> & Pick<Found, 'next'>,
): Outcome => ({kind: 'found', findings: [{severity, what, where, evidence, next}]});

/** All findings together; without one, all is well. */
export const all = (outcomes: readonly Outcome[], ...evidence: readonly DoctorEvidence[]): Outcome => {
  const findings = outcomes.flatMap((outcome) => (outcome.kind === 'found' ? outcome.findings : []));
  return findings.length === 0 ? ok(...evidence) : {kind: 'found', findings};
};

/** Judges what was seen. */
export const judge = <T>(what: Seen<T>, look: (value: T) => Outcome): Outcome =>
  what.seen ? look(what.value) : unseen(what.why);

export const bytes = (name: string, value: number): DoctorEvidence => ({name, value, unit: 'bytes'});
export const count = (name: string, value: number): DoctorEvidence => ({name, value, unit: 'count'});
export const share = (name: string, value: number): DoctorEvidence => ({
  name,
  value: Math.round(value * 10_000) / 10_000,
  unit: 'share',
});
export const text = (name: string, value: string): DoctorEvidence => ({name, value, unit: 'text'});
/** Of a span of µs. */
export const span = (name: string, micros: number): DoctorEvidence => ({
  name,
  value: Math.abs(micros) < 10_000 ? Math.round(micros) / 1_000 : floorMillis(micros),
  unit: 'ms',
});

/** Runs rules, each by itself. `facts` that could not be had: why. */
export const runRules = <F>(rules: readonly Rule<F>[], facts: Seen<F>): readonly DoctorCheck[] =>
  rules.flatMap((rule) => {
    const outcome = facts.seen ? outcomeOf(rule, facts.value) : unseen(facts.why);
    return outcome.kind === 'absent' ? [] : [checkOf(rule, outcome)];
  });

/** What a rule trips over – a server that answers what nobody has seen yet – keeps nobody from the other checks. */
const outcomeOf = <F>(rule: Rule<F>, facts: F): Outcome => {
  try {
    return rule.look(facts);
  } catch (error) {
    return unseen(`what was answered cannot be judged: ${error instanceof Error ? error.message : error}`);
  }
};

const checkOf = (
  {id, title, why}: Rule<never>,
  outcome: Exclude<Outcome, {readonly kind: 'absent'}>,
): DoctorCheck => {
  const check = {id, area: id.split('/')[0] as DoctorArea, title, why: null, evidence: [], findings: []};
  switch (outcome.kind) {
    case 'ok':
      return {...check, result: 'ok', evidence: outcome.evidence};
    case 'unseen':
      return {...check, result: 'unknown', why: outcome.why};
    case 'found':
      return {...check, result: 'finding', findings: outcome.findings.map((one) => ({...one, why}))};
  }
};
