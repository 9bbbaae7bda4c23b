import {type Command, InvalidArgumentError, Option} from 'commander';
import {
  DOCTOR_AREAS,
  DOCTOR_SEVERITIES,
  type DoctorArea,
  type DoctorSeverity,
} from '../../view/model/doctor-report.ts';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';

export interface DoctorFlags extends OutputFlags, StoreFlags {
  readonly only?: readonly DoctorArea[];
  readonly severity: DoctorSeverity;
  readonly failOn: DoctorSeverity;
}

const EXAMPLES = `
Examples:
  # what is wrong with this machine, its configuration and the store?
  ratectl doctor

  # in a pipeline: exit 5 on warnings, too
  ratectl doctor --context prod --fail-on warning --json

  # the server alone, every check
  ratectl doctor --store redis://cache:6379 --only redis -o wide
`;

export const registerDoctor = (program: Command, context: CliContext): void => {
  const command = program
    .command('doctor')
    .description(
      'Look for what is wrong with this machine, the configuration, the policy and the store, and say what helps. Changes nothing.',
    )
    .addOption(
      new Option('--only <areas>', `only these, with commas between: ${DOCTOR_AREAS.join(', ')}`).argParser(
        areasOf,
      ),
    )
    .addOption(
      new Option('--severity <least>', 'show findings of this severity and worse in tables and Markdown')
        .choices([...DOCTOR_SEVERITIES])
        .default('note'),
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit 5 when there is a finding of this severity or worse')
        .choices([...DOCTOR_SEVERITIES])
        .default('error'),
    );
  addStoreOptions(command);
  addOutputOptions(command, ['table', 'wide', 'json', 'jsonl', 'md']);
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: DoctorFlags) => {
    const {runDoctor} = await import('./doctor-run.ts');
    await runDoctor(flags, context);
  });
};

const areasOf = (text: string, before: readonly DoctorArea[] = []): readonly DoctorArea[] => [
  ...before,
  ...text.split(',').map((part) => {
    const area = DOCTOR_AREAS.find((one) => one === part.trim().toLowerCase());
    if (area === undefined) throw new InvalidArgumentError(`areas are: ${DOCTOR_AREAS.join(', ')}.`);
    return area;
  }),
];
