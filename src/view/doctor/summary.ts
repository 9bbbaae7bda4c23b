import type {Role} from '../colour.ts';
import type {Piece} from '../flow.ts';
import {formatCount, formatPlural} from '../format-number.ts';
import {
  DOCTOR_SEVERITIES,
  type DoctorCheck,
  type DoctorFinding,
  type DoctorReport,
  type DoctorSeverity,
} from '../model/doctor-report.ts';

export const SEVERITY_ROLE: Readonly<Record<DoctorSeverity, Role>> = {
  error: 'bad',
  warning: 'warn',
  note: 'strong',
};

/** `1 error · 2 warnings`, or that there is none. */
export const findingPieces = ({totals}: DoctorReport): readonly Piece[] => {
  const found = DOCTOR_SEVERITIES.filter((severity) => totals.findings[severity] > 0).map((severity) => ({
    text: formatPlural(totals.findings[severity], severity),
    role: SEVERITY_ROLE[severity],
  }));
  return found.length === 0 ? [{text: 'nothing found', role: 'good'}] : found;
};

/** `41 checks · 38 ok · 1 could not be made`. */
export const countPieces = ({totals}: DoctorReport): readonly string[] => [
  formatPlural(totals.checks, 'check'),
  `${formatCount(totals.ok)} ok`,
  ...(totals.unknown === 0 ? [] : [`${formatCount(totals.unknown)} could not be made`]),
];

/** Whether a finding is at least as bad. */
export const isShown = ({severity}: Pick<DoctorFinding, 'severity'>, least: DoctorSeverity): boolean =>
  DOCTOR_SEVERITIES.indexOf(severity) <= DOCTOR_SEVERITIES.indexOf(least);

/** That findings are held back; nothing where none is. */
export const heldBack = (report: DoctorReport, least: DoctorSeverity): readonly string[] => {
  const hidden = report.checks.flatMap(({findings}) => findings).filter((one) => !isShown(one, least)).length;
  return hidden === 0
    ? []
    : [`${formatPlural(hidden, 'finding')} of lesser severity ${hidden === 1 ? 'is' : 'are'} not shown`];
};

/** Findings of a check with the check, the worst first. */
export const worstFirst = (
  checks: readonly DoctorCheck[],
): readonly {readonly check: DoctorCheck; readonly finding: DoctorFinding}[] =>
  checks
    .flatMap((check) => check.findings.map((finding) => ({check, finding})))
    .sort(
      (a, b) => DOCTOR_SEVERITIES.indexOf(a.finding.severity) - DOCTOR_SEVERITIES.indexOf(b.finding.severity),
    );

/** The server, as far as it is known. */
export const storePieces = ({store}: DoctorReport): readonly string[] =>
  store === null
    ? []
    : [
        store.url,
        ...(store.server === null ? [] : [store.server]),
        ...(store.reached ? [] : ['not reached']),
      ];
