import type {DoctorReport} from '../../view/model/doctor-report.ts';
import type {StoreFlags} from '../options/store.ts';
import {sameStoreFlag, withStoreFlag} from '../same-store.ts';

/** Commands of findings name the store that was named to this one. */
export const forSameStore = (
  report: DoctorReport,
  flags: Pick<StoreFlags, 'store' | 'context'>,
): DoctorReport => {
  const flag = sameStoreFlag(report.store?.url ?? null, flags);
  if (flag === undefined) return report;
  return {
    ...report,
    checks: report.checks.map((check) => ({
      ...check,
      findings: check.findings.map((finding) => ({...finding, next: withStoreFlag(finding.next, flag)})),
    })),
  };
};
