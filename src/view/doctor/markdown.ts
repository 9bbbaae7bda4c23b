import {mdCode, mdTable, mdText} from '../markdown.ts';
import type {DoctorReport, DoctorSeverity} from '../model/doctor-report.ts';
import {evidenceText} from './evidence-text.ts';
import {countPieces, findingPieces, heldBack, isShown, storePieces, worstFirst} from './summary.ts';

/** What was found, for an issue or a page of a build. */
export const doctorMarkdown = (report: DoctorReport, severity: DoctorSeverity): string => {
  const findings = worstFirst(report.checks).filter(({finding}) => isShown(finding, severity));
  const unknown = report.checks.filter(({result}) => result === 'unknown');
  const summary = [...findingPieces(report).map(({text}) => text), ...countPieces(report)].join(' · ');
  const [url, ...rest] = storePieces(report);
  const blocks = [
    '## ratectl doctor\n',
    `${mdText(summary)}\n`,
    ...(url === undefined ? [] : [`Store: ${[mdCode(url), ...rest.map(mdText)].join(' · ')}\n`]),
    findings.length === 0
      ? ''
      : mdTable(
          ['severity', 'check', 'where', 'finding', 'evidence', 'next'].map((title) => ({title})),
          findings.map(({check, finding}) => [
            finding.severity,
            mdCode(check.id),
            finding.where === '' ? '' : mdCode(finding.where),
            mdText(finding.what),
            finding.evidence.map((one) => mdText(evidenceText(one))).join('<br>'),
            mdText(finding.next),
          ]),
        ),
    unknown.length === 0
      ? ''
      : `Could not be looked at:\n\n${unknown.map(({id, why}) => `- ${mdCode(id)}: ${mdText(why ?? '')}\n`).join('')}`,
    ...heldBack(report, severity).map((text) => `${text}\n`),
  ];
  return blocks.filter((block) => block !== '').join('\n');
};
