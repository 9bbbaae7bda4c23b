import {painter} from '../colour.ts';
import {type Fact, facts} from '../facts.ts';
import {
  DOCTOR_AREAS,
  type DoctorArea,
  type DoctorCheck,
  type DoctorFinding,
  type DoctorReport,
  type DoctorSeverity,
} from '../model/doctor-report.ts';
import {signs} from '../signs.ts';
import {type Style, usableWidth} from '../style.ts';
import {evidenceText} from './evidence-text.ts';
import {
  countPieces,
  findingPieces,
  heldBack,
  isShown,
  SEVERITY_ROLE,
  storePieces,
  worstFirst,
} from './summary.ts';

export interface DoctorView {
  /** Findings of this severity and worse. */
  readonly severity: DoctorSeverity;
  /** `wide`: also what is in order, with what was measured. */
  readonly detail: 'table' | 'wide';
}

const INDENT = '    ';
/** So that all findings align with each other. */
const LABEL = 'evidence'.length;

/** What was found, by area, the worst first. */
export const doctorTable = (report: DoctorReport, view: DoctorView, style: Style): string => {
  const head: readonly Fact[] = [
    {label: 'doctor', value: [...findingPieces(report), ...countPieces(report)]},
    {
      label: 'versions',
      value: [`ratectl ${report.versions.ratectl}`, `Node ${report.versions.node}`, report.versions.platform],
    },
    {label: 'store', value: storePieces(report)},
  ];
  const areas = DOCTOR_AREAS.flatMap((area) => areaLines(area, report, view, style));
  const held = facts([{label: '', value: heldBack(report, view.severity)}], style);
  const lines = [...facts(head, style), ...areas, ...(held.length === 0 ? [] : ['', ...held])];
  return `${lines.join('\n')}\n`;
};

const areaLines = (
  area: DoctorArea,
  report: DoctorReport,
  view: DoctorView,
  style: Style,
): readonly string[] => {
  const checks = report.checks.filter((check) => check.area === area);
  if (checks.length === 0) return [];
  const paint = painter(style);
  const {dot} = signs(style);
  const blocks = [
    ...worstFirst(checks)
      .filter(({finding}) => isShown(finding, view.severity))
      .map(({check, finding}) => findingLines(check, finding, style)),
    ...byReason(checks).map(([why, names]) => unknownLines(names, why, style)),
    ...(view.detail === 'wide'
      ? checks.filter(({result}) => result === 'ok').map((check) => okLines(check, style))
      : []),
  ];
  const counted = countsOf(checks).join(` ${dot} `);
  return ['', `  ${paint(area, 'strong')}  ${paint(counted, 'dim')}`, ...blocks.flat()];
};

const countsOf = (checks: readonly DoctorCheck[]): readonly string[] => {
  const of = (result: DoctorCheck['result']): number =>
    checks.filter((check) => check.result === result).length;
  return [
    ...(of('finding') === 0 ? [] : [`${of('finding')} with findings`]),
    ...(of('unknown') === 0 ? [] : [`${of('unknown')} could not be made`]),
    ...(of('ok') === 0 ? [] : [`${of('ok')} ok`]),
  ];
};

const findingLines = (check: DoctorCheck, finding: DoctorFinding, style: Style): readonly string[] => {
  const {severity, what, where, evidence, why, next} = finding;
  const paint = painter(style);
  return [
    `${INDENT}${paint(severity, SEVERITY_ROLE[severity])}  ${check.id}`,
    ...indented(
      [
        {label: 'what', value: what},
        {label: 'where', value: where},
        {label: 'evidence', value: evidence.map(evidenceText)},
        {label: 'why', value: why},
        {label: 'next', value: [{text: next, role: 'strong'}]},
      ],
      style,
    ),
  ];
};

/** What could not be looked at has few reasons: each is told once. */
const byReason = (checks: readonly DoctorCheck[]): readonly (readonly [string, readonly string[]])[] => {
  const reasons = new Map<string, string[]>();
  for (const {result, why, id} of checks) {
    if (result !== 'unknown') continue;
    const names = reasons.get(why ?? '') ?? [];
    reasons.set(why ?? '', names);
    names.push(id);
  }
  return [...reasons];
};

const unknownLines = (ids: readonly string[], why: string, style: Style): readonly string[] => [
  `${INDENT}${painter(style)('unknown', 'dim')}  ${ids.length === 1 ? ids[0] : `${ids.length} checks`}`,
  ...indented(
    [
      {label: 'what', value: ids.length === 1 ? [] : ids},
      {label: 'why', value: why},
    ],
    style,
  ),
];

const okLines = ({id, title, evidence}: DoctorCheck, style: Style): readonly string[] => [
  `${INDENT}${painter(style)('ok', 'good')}  ${id}`,
  ...indented(
    [
      {label: 'what', value: title},
      {label: 'evidence', value: evidence.map(evidenceText)},
    ],
    style,
  ),
];

/** Facts under a line of a block. */
const indented = (list: readonly Fact[], style: Style): readonly string[] =>
  facts(list, {...style, width: usableWidth(style) - INDENT.length}, LABEL).map((line) => INDENT + line);
