import {Command, CommanderError} from 'commander';
import {ExitCode} from '../base/exit-code.ts';
import {safeText} from '../base/safe-text.ts';
import {registerAudit} from './commands/audit.ts';
import {registerBench} from './commands/bench.ts';
import {registerCompletion} from './commands/completion.ts';
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

/** The command tree. Building it loads commander alone; what a command needs is loaded when it runs. */
export const createProgram = (context: CliContext): Command => {
  const program = new Command('ratectl')
    .description(
      'Inspect and operate rate limits: who is limited, why, lift it; and replay traffic before a limit changes.',
    )
    .version(context.version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help for a command, or one of the topics below')
    .showHelpAfterError('(--help shows the usage)')
    // Commander lets descriptions run over the edge where less than 40 columns are left for them.
    .configureHelp({minWidthToWrap: 20})
    // Options after a subcommand's name are the subcommand's.
    .enablePositionalOptions();

  program.commandsGroup('Live state:');
  registerStatus(program, context);
  registerTop(program, context);
  registerExplain(program, context);
  registerReset(program, context);
  registerOverride(program, context);
  registerDegrade(program, context);
  registerAudit(program, context);
  registerReport(program, context);
  registerServe(program, context);

  program.commandsGroup('OAuth tokens:');
  registerForceRefresh(program, context);
  registerToken(program, context);

  program.commandsGroup('Replay traffic:');
  const simulate = registerSimulate(program, context);
  registerSimulateMerge(simulate, context);
  const trace = program.command('trace').description('Look at traces and make synthetic ones.');
  registerTraceInfo(trace, context);
  registerTraceGenerate(trace, context);
  registerTraceFormats(trace, context);

  program.commandsGroup('Measure:');
  registerBench(program, context);

  program.commandsGroup('Policies:');
  registerInit(program, context);
  registerValidate(program, context);
  const policy = program.command('policy').description('Facts about policy files.');
  registerPolicySchema(policy, context);

  program.commandsGroup('Configuration:');
  registerContext(program, context);
  registerConfig(program, context);
  registerDoctor(program, context);
  registerMigrate(program, context);

  program.commandsGroup('Getting started:');
  registerDemo(program, context);
  registerCompletion(program, context);
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
    getOutHelpWidth: () => Math.min(context.streams.out.columns, 100),
    getErrHelpWidth: () => Math.min(context.streams.err.columns, 100),
    getOutHasColors: () => false,
    getErrHasColors: () => false,
    outputError: (text, put) =>
      put(`ratectl: ${safeText(text.replace(/^error: /, '')).replaceAll('\\u000a', '\n')}`),
  });
  for (const child of command.commands) settle(child, write, context);
};

/** Parses and runs. Throws what the command throws; a RatectlError carries the exit code. */
export const runProgram = async (argv: readonly string[], context: CliContext): Promise<void> => {
  const pending: Promise<void>[] = [];
  const program = createProgram(context);
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
