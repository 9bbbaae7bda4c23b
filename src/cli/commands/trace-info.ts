import type {Command} from 'commander';
import type {TraceInfo} from '../../view/model/trace-info.ts';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags, outputFormat, styleOf} from '../options/output.ts';
import {addTraceOptions, type TraceFlags, traceInput} from '../options/trace.ts';

const EXAMPLES = `
Examples:
  # is it read the way it is meant?
  ratectl trace info access.log.gz

  # fields with other names
  ratectl trace info requests.csv --map t=TIMESTAMP,cost=tokens_in+tokens_out
`;

export const registerTraceInfo = (parent: Command, context: CliContext): void => {
  const command = parent
    .command('info')
    .description('Say what is understood of a trace: format, span, keys, resolution, order, bad lines.')
    .argument('<trace...>', 'trace files; "-" is standard input');
  addTraceOptions(command);
  addOutputOptions(command, ['table', 'json']);
  command.addHelpText('after', EXAMPLES);
  command.action(async (paths: string[], flags: OutputFlags & TraceFlags) => {
    const infos: TraceInfo[] = [];
    for (const path of paths) infos.push(await inspect(path, flags, context));
    await print(infos, flags, context);
  });
};

const inspect = async (
  path: string,
  flags: OutputFlags & TraceFlags,
  context: CliContext,
): Promise<TraceInfo> => {
  const [{Trace}, {refuseProblems}, {Survey}, {reportProblems}] = await Promise.all([
    import('../../trace/read/trace.ts'),
    import('../../trace/read/refuse-problems.ts'),
    import('../../simulate/survey.ts'),
    import('../notes.ts'),
  ]);
  const input = await traceInput([path], flags, context);
  const trace = await Trace.open([path], input.open);
  try {
    const columns = trace.columns(input.open);
    const survey = new Survey(columns);
    for await (const {batch, from, to} of trace.slices(columns, input.read)) {
      survey.run(batch, from, to);
      if (input.strict) refuseProblems(trace.problems);
    }
    if (input.strict) refuseProblems(trace.problems);
    await reportProblems(trace, flags, context);
    const [file] = trace.files;
    return {
      file: path === '-' ? '<stdin>' : path,
      format: file?.format?.name ?? 'none',
      title: file?.format?.title ?? 'empty file',
      compression: file?.source.compression ?? 'none',
      lines: trace.sum('lines'),
      notRequests: trace.sum('notRequests'),
      blank: trace.sum('blank'),
      skipped: trace.sum('bad'),
      problems: trace.problems.map(({line, column, reason}) => ({line, column, reason})),
      ...survey.result(),
      notes: trace.notes,
    };
  } finally {
    await trace.close();
  }
};

const print = async (infos: readonly TraceInfo[], flags: OutputFlags, context: CliContext): Promise<void> => {
  const {out} = context.streams;
  if (outputFormat(flags) === 'json') {
    const [{envelope}, {safeJson}] = await Promise.all([
      import('../envelope.ts'),
      import('../../base/safe-text.ts'),
    ]);
    const warnings = infos.flatMap(({notes}) => notes);
    await out.write(`${safeJson(envelope('trace-info', {files: infos}, warnings, context), 2)}\n`);
    return;
  }
  const {traceInfoTable} = await import('../../view/trace-info.ts');
  await out.write(traceInfoTable(infos, styleOf(flags, context)));
};
