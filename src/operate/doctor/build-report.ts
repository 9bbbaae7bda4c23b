import {
  DOCTOR_AREAS,
  DOCTOR_SEVERITIES,
  type DoctorCheck,
  type DoctorReport,
  type DoctorSeverity,
} from '../../view/model/doctor-report.ts';

/** Checks in the order of their areas, and what they come to. */
export const buildReport = (
  checks: readonly DoctorCheck[],
  head: Pick<DoctorReport, 'versions' | 'store'>,
): DoctorReport => {
  const sorted = DOCTOR_AREAS.flatMap((area) => checks.filter((check) => check.area === area));
  const findings = sorted.flatMap((check) => check.findings);
  const withResult = (result: DoctorCheck['result']): number =>
    sorted.filter((check) => check.result === result).length;
  return {
    ...head,
    checks: sorted,
    totals: {
      checks: sorted.length,
      ok: withResult('ok'),
      unknown: withResult('unknown'),
      findings: Object.fromEntries(
        DOCTOR_SEVERITIES.map((severity) => [
          severity,
          findings.filter((finding) => finding.severity === severity).length,
        ]),
      ) as Record<DoctorSeverity, number>,
    },
  };
};

/** Whether there is a finding of that severity or worse. */
export const hasFinding = ({totals}: Pick<DoctorReport, 'totals'>, severity: DoctorSeverity): boolean =>
  DOCTOR_SEVERITIES.slice(0, DOCTOR_SEVERITIES.indexOf(severity) + 1).some((one) => totals.findings[one] > 0);
