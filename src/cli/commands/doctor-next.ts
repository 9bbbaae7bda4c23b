import type {DoctorReport} from '../../view/model/doctor-report.ts';
import {shellWord} from '../demo/command-line.ts';
import type {StoreFlags} from '../options/store.ts';

const COMMAND =
  /\bratectl (?:status|explain|report|reset|migrate|override (?:set|rm|ls)|token (?:ls|put|rm))(?= |$)/g;

/** Commands of findings name the store that was named to this one: copied as they are they would look at another. */
export const forSameStore = (
  report: DoctorReport,
  flags: Pick<StoreFlags, 'store' | 'context'>,
): DoctorReport => {
  const flag = flagOf(report, flags);
  if (flag === undefined) return report;
  return {
    ...report,
    checks: report.checks.map((check) => ({
      ...check,
      findings: check.findings.map((finding) => ({
        ...finding,
        next: finding.next.replace(COMMAND, (command) => `${command} ${flag}`),
      })),
    })),
  };
};

/** Undefined: the environment or the configuration says it, to every command alike. */
const flagOf = (
  {store: shown}: DoctorReport,
  {store, context}: Pick<StoreFlags, 'store' | 'context'>,
): string | undefined => {
  // Of a URL with a password only a part is shown, which leads nowhere.
  if (store !== undefined)
    return `--store ${shown === null || shown.url.includes('***') ? 'URL' : shellWord(shown.url)}`;
  return context === undefined ? undefined : `--context ${shellWord(context)}`;
};
