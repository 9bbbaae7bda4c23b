import {ExitCode} from '../../base/exit-code.ts';
import {safeJson} from '../../base/safe-text.ts';
import {shellWord} from '../../base/shell-word.ts';
import {buildReport, hasFinding} from '../../operate/doctor/build-report.ts';
import {CONFIGURATION_RULES, type ConfigProblem} from '../../operate/doctor/configuration-rules.ts';
import {MACHINE_RULES} from '../../operate/doctor/machine-rules.ts';
import type {PolicyFacts} from '../../operate/doctor/policy-rules.ts';
import {runRules} from '../../operate/doctor/rule.ts';
import {policyChecks, storeChecks} from '../../operate/doctor/store-checks.ts';
import type {LoadedPolicy} from '../../policy/load-policy.ts';
import {seen, unseen} from '../../store/looking.ts';
import {doctorMarkdown} from '../../view/doctor/markdown.ts';
import {doctorTable} from '../../view/doctor/table.ts';
import {DOCTOR_AREAS, type DoctorArea, type DoctorReport} from '../../view/model/doctor-report.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {localPolicy, namedPolicy} from '../find-policy.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import type {DoctorFlags} from './doctor.ts';
import {configurationFacts, settingsForDoctor} from './doctor-configuration.ts';
import {forSameStore} from './doctor-next.ts';
import {problemOf} from './doctor-problem.ts';
import {lookAtStore, type StoreLook} from './doctor-store.ts';

type Found = ReturnType<typeof settingsForDoctor>;

/** Looks at all that was asked for; what cannot be looked at keeps nobody from the rest. */
export const runDoctor = async (flags: DoctorFlags, context: CliContext): Promise<void> => {
  const areas = new Set<DoctorArea>(flags.only ?? DOCTOR_AREAS);
  const found = settingsForDoctor(flags, context);
  const local = readLocal(found, context);
  const wantsStore = DOCTOR_AREAS.slice(2).some((area) => areas.has(area));
  const look =
    wantsStore && found.settings !== undefined
      ? await lookAtStore(found.settings, local.policy, context)
      : undefined;
  const checks = [
    ...machineChecks(context),
    ...runRules(CONFIGURATION_RULES, seen(configurationFacts(flags, found, local.policy, context))),
    ...policyChecks({
      local: local.policy,
      localProblem: local.problem,
      published: look?.published ?? unseen(NO_STORE),
      publishedProblem: look?.publishedProblem,
      asked: askedOf(look?.usage ?? unseen(NO_STORE)),
    }),
    ...storeChecks({
      kind: look?.kind,
      reach: look === undefined ? unseen(NO_STORE) : seen(look.reach),
      examination: look?.examination ?? unseen(NO_STORE),
      refusal: look?.refusal,
      usage: look?.usage ?? unseen(NO_STORE),
      readOnly: found.settings?.readOnly.value ?? false,
      localNow: context.clock.now(),
    }),
  ];
  const report = forSameStore(
    buildReport(
      checks.filter(({area}) => areas.has(area)),
      {versions: versionsOf(context), store: look === undefined ? null : storeOf(look)},
    ),
    flags,
  );
  await print(report, flags, found, context);
  if (look !== undefined && look.exit !== ExitCode.ok) context.exitCode = look.exit;
  else if (hasFinding(report, flags.failOn)) context.exitCode = ExitCode.conditionMet;
};

const askedOf = (usage: StoreLook['usage']): PolicyFacts['asked'] =>
  usage.seen ? seen(new Set(usage.value.week.keys())) : usage;

const NO_STORE = 'which store is meant cannot be settled';

const readLocal = (
  {settings}: Found,
  context: CliContext,
): {readonly policy: LoadedPolicy | undefined; readonly problem: ConfigProblem | undefined} => {
  try {
    const named = settings === undefined ? undefined : namedPolicy(settings, context);
    return {policy: (named ?? localPolicy(context.cwd)).policy, problem: undefined};
  } catch (error) {
    const file = settings?.policy?.value ?? 'ratectl.yaml';
    return {policy: undefined, problem: problemOf(error, file, `ratectl validate ${shellWord(file)}`)};
  }
};

const versionsOf = ({version}: CliContext): DoctorReport['versions'] => ({
  ratectl: version,
  node: process.versions.node,
  platform: `${process.platform} ${process.arch}`,
});

const machineChecks = (context: CliContext) => runRules(MACHINE_RULES, seen(versionsOf(context)));

const storeOf = ({reach, examination}: StoreLook): DoctorReport['store'] => {
  const server = examination.seen && examination.value.server.seen ? examination.value.server.value : null;
  return {
    url: reach.url,
    server: server === null ? null : `${server.product} ${server.version}`.trim(),
    reached: reach.outcome.kind === 'reached',
  };
};

const print = async (
  report: DoctorReport,
  flags: DoctorFlags,
  {settings}: Found,
  context: CliContext,
): Promise<void> => {
  const {out} = context.streams;
  const format = outputFormat(flags);
  switch (format) {
    case 'json': {
      const name = settings?.context?.value.name ?? null;
      return out.write(`${safeJson(envelope('doctor', report, [], context, name), 2)}\n`);
    }
    case 'jsonl':
      return out.write(report.checks.map((check) => `${safeJson(check)}\n`).join(''));
    case 'md':
      return out.write(doctorMarkdown(report, flags.severity));
    default:
      return out.write(
        doctorTable(
          report,
          {severity: flags.severity, detail: format === 'wide' ? 'wide' : 'table'},
          styleOf(flags, context),
        ),
      );
  }
};
