import {Command, CommanderError} from 'commander';
import {ExitCode} from '../base/exit-code.ts';
import {helpWidth} from './at-once.ts';
import {registerAudit} from './commands/audit.ts';
import {registerBench} from './commands/bench.ts';
import {registerComplete, registerCompletion} from './commands/completion.ts';
import {registerConfig} from './commands/config.ts';
import {registerContext} from './commands/context.ts';
import {registerDegrade} from './commands/degrade.ts';
import {registerDemo} from './commands/demo.ts';
import {registerDoctor} from './commands/doctor.ts';
import {registerExplain} from './commands/explain.ts';
import {registerForceRefresh} from './commands/force-refresh.ts';
import {registerInit} from './commands/init.ts';
import {registerMigrate} from './commands/migrate.ts';
import {registerOverride} from './commands/override.ts';
import {registerPolicySchema} from './commands/policy-schema.ts';
import {registerReport} from './commands/report.ts';
import {registerReset} from './commands/reset.ts';
import {registerServe} from './commands/serve.ts';
import {registerSimulate} from './commands/simulate.ts';
import {registerSimulateMerge} from './commands/simulate-merge.ts';
import {registerStatus} from './commands/status.ts';
import {registerToken} from './commands/token.ts';
import {registerTop} from './commands/top.ts';
import {registerTraceFormats} from './commands/trace-formats.ts';
import {registerTraceGenerate} from './commands/trace-generate.ts';
import {registerTraceInfo} from './commands/trace-info.ts';
import {registerValidate} from './commands/validate.ts';
import type {CliContext} from './context.ts';
import {addHelpTopics} from './help-topics.ts';
import {HELP_AFTER_ERROR, usageError} from './usage-error.ts';

type Register = (parent: Command, context: CliContext) => unknown;

interface Group {
  /** As the help calls it. */
  readonly title: string;
  /** By the name that each gives its command. */
  readonly commands: Readonly<Record<string, Register>>;
}

const registerTrace: Register = (program, context) => {
  const trace = program.command('trace').description('Look at traces and make synthetic ones.');
  registerTraceInfo(trace, context);
  registerTraceGenerate(trace, context);
  registerTraceFormats(trace, context);
};

const registerPolicy: Register = (program, context) =>
  registerPolicySchema(program.command('policy').description('Facts about policy files.'), context);

/** In the order of the help. */
const GROUPS: readonly Group[] = [
  {
    title: 'Live state:',
    commands: {
      status: registerStatus,
      top: registerTop,
      explain: registerExplain,
      reset: registerReset,
      override: registerOverride,
      degrade: registerDegrade,
      audit: registerAudit,
      report: registerReport,
      serve: registerServe,
    },
  },
  {title: 'OAuth tokens:', commands: {'force-refresh': registerForceRefresh, token: registerToken}},
  {
    title: 'Replay traffic:',
    commands: {
      simulate: (program, context) => registerSimulateMerge(registerSimulate(program, context), context),
      trace: registerTrace,
    },
  },
  {title: 'Measure:', commands: {bench: registerBench}},
  {
    title: 'Policies:',
    commands: {init: registerInit, validate: registerValidate, policy: registerPolicy},
  },
  {
    title: 'Configuration:',
    commands: {
      context: registerContext,
      config: registerConfig,
      doctor: registerDoctor,
      migrate: registerMigrate,
    },
  },
  {
    title: 'Getting started:',
    commands: {demo: registerDemo, completion: registerCompletion, __complete: registerComplete},
  },
];

/** It prints what there is below the whole program. */
const NEEDS_ALL = 'completion';

/** The command that these words call, where it can be built without the others; undefined for all that has to know them. */
const calledAlone = ([first = '']: readonly string[]): string | undefined =>
  first !== NEEDS_ALL && GROUPS.some(({commands}) => Object.hasOwn(commands, first)) ? first : undefined;

/**
 * The command tree. Building it loads commander alone; what a command needs is loaded when it runs. With `only` the tree has that
 * command alone: declaring the options of all takes several times as long as running a short command.
 */
export const createProgram = (context: CliContext, only?: string): Command => {
  const program = new Command('ratectl')
    .description(
      'Inspect and operate rate limits: who is limited, why, lift it; and replay traffic before a limit changes.',
    )
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command, or one of the topics below')
    .showHelpAfterError(HELP_AFTER_ERROR)
    // Commander lets descriptions run over the edge where less than 40 columns are left for them.
    .configureHelp({minWidthToWrap: 20})
    // Options after a subcommand's name are the subcommand's.
    .enablePositionalOptions();
  for (const {title, commands} of GROUPS) {
    program.commandsGroup(title);
    for (const [name, register] of Object.entries(commands))
      if (only === undefined || only === name) register(program, context);
  }
  addHelpTopics(program);
  return program;
};

/** Commander settles usage errors with exit 1 and its own writes: ours is 2, through our streams. */
const settle = (
  command: Command,
  write: {out: (text: string) => void; err: (text: string) => void},
  context: CliContext,
): void => {
  command.exitOverride();
  command.configureOutput({
    writeOut: write.out,
    writeErr: write.err,
    getOutHelpWidth: () => helpWidth(context.streams.out.columns),
    getErrHelpWidth: () => helpWidth(context.streams.err.columns),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
    outputError: (text, put) => put(usageError(text)),
  });
  for (const child of command.commands) settle(child, write, context);
};

/** Parses and runs. Throws what the command throws; a RatectlError carries the exit code. */
export const runProgram = async (argv: readonly string[], context: CliContext): Promise<void> => {
  const pending: Promise<void>[] = [];
  const program = createProgram(context, calledAlone(argv));
  settle(
    program,
    {
      out: (text) => pending.push(context.streams.out.write(text)),
      err: (text) => pending.push(context.streams.err.write(text)),
    },
    context,
  );
  try {
    if (argv.length === 0) {
      program.outputHelp();
      return;
    }
    await program.parseAsync(argv as string[], {from: 'user'});
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version arrive as errors too, with exit code 0; real ones have been printed.
    if (error.exitCode !== 0)
      context.exitCode = error.code === 'commander.help' ? ExitCode.ok : ExitCode.usage;
  } finally {
    await Promise.all(pending);
  }
};
