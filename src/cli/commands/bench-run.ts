import {availableParallelism} from 'node:os';
import {resolve} from 'node:path';
import {ExitCode} from '../../base/exit-code.ts';
import {toRfc3339} from '../../base/micros.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted, safeText} from '../../base/safe-text.ts';
import type {BenchOptions} from '../../bench/bench-options.ts';
import {compareBench, differentLoad, type EarlierBench} from '../../bench/compare-bench.ts';
import {runBench} from '../../bench/run-bench.ts';
import {settingsOf} from '../../bench/settings-of-bench.ts';
import {benchCsv} from '../../view/bench/csv.ts';
import {benchHtml} from '../../view/bench/html.ts';
import {benchMarkdown} from '../../view/bench/markdown.ts';
import {benchTable} from '../../view/bench/table.ts';
import type {BenchReport} from '../../view/model/bench-report.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {tell, warn} from '../notes.ts';
import {styleOf} from '../options/output.ts';
import {checkOutputFiles} from '../options/output-files.ts';
import type {BenchFlags, BenchFormat} from './bench.ts';
import {benchJson, readBench, writeWhole} from './bench-file.ts';
import {liveWarnings} from './bench-live.ts';
import {benchOptions} from './bench-options.ts';
import {benchProgress} from './bench-progress.ts';
import {benchStores} from './bench-stores.ts';

const MAX_REGRESSION = 0.1;

export const runBenchCommand = async (flags: BenchFlags, context: CliContext): Promise<void> => {
  const format: BenchFormat = flags.json === true ? 'json' : flags.output;
  refuseHtmlOnTerminal(format, flags, context);
  checkOutputFiles(
    [
      {what: '--out', path: flags.out},
      {what: '--save', path: flags.save},
    ],
    [{what: 'the policy', path: flags.policy}],
    context,
  );
  const asked = benchOptions(flags, (path) => resolve(context.cwd, path));
  const earlier = flags.compare === undefined ? undefined : readBench(flags.compare, context);
  const {contextName, warnings: told, ...where} = await benchStores(flags, context);
  const options: BenchOptions = {...asked, ...where, cpus: availableParallelism()};
  if (earlier !== undefined) {
    refuseNothingInCommon(earlier, options);
    refuseDifferentLoad(earlier, options);
  }
  const warnings = [...told, ...(await liveWarnings(where.stores))];
  const session = new Session(flags, context, {earlier, contextName, warnings});
  await warn(warnings, flags, context);
  await session.run(options, format);
};

class Session {
  readonly #flags: BenchFlags;
  readonly #context: CliContext;
  readonly #earlier: EarlierBench | undefined;
  readonly #contextName: string | null;
  readonly #warnings: string[];
  readonly #removalWarnings: string[] = [];
  #latest: BenchReport | undefined;

  constructor(
    flags: BenchFlags,
    context: CliContext,
    more: {
      readonly earlier: EarlierBench | undefined;
      readonly contextName: string | null;
      readonly warnings: string[];
    },
  ) {
    this.#flags = flags;
    this.#context = context;
    this.#earlier = more.earlier;
    this.#contextName = more.contextName;
    this.#warnings = more.warnings;
  }

  async run(options: BenchOptions, format: BenchFormat): Promise<void> {
    const context = this.#context;
    const interrupted = new AbortController();
    context.onSignal = (exit) => {
      context.exitCode = exit;
      interrupted.abort();
    };
    const progress = benchProgress(this.#flags, context);
    try {
      const report = await runBench(options, {
        signal: interrupted.signal,
        cleanups: context.cleanups,
        onPlace: (line) => tell([line], this.#flags, context),
        onProgress: progress.update,
        onWarning: (text) => {
          this.#removalWarnings.push(safeText(text));
        },
        onResult: (so) => this.#save(so),
        now: () => toRfc3339(context.clock.now()),
      });
      progress.end();
      await this.#finish(report, format);
    } catch (error) {
      progress.end();
      // What was measured before is worth having: the error comes after it.
      if (this.#latest !== undefined) await this.#finish(this.#latest, format);
      throw error;
    } finally {
      context.onSignal = undefined;
    }
  }

  /** Rewritten after every run: what fails later loses nothing. */
  #save(report: BenchReport): void {
    this.#latest = report;
    const {save} = this.#flags;
    if (save !== undefined)
      writeWhole(
        save,
        benchJson(this.#compared(report), this.#warnings, this.#context, this.#contextName),
        this.#context,
      );
  }

  #compared(report: BenchReport): BenchReport {
    const {maxRegression = MAX_REGRESSION} = this.#flags;
    return this.#earlier === undefined
      ? report
      : {...report, comparison: compareBench(report, this.#earlier, maxRegression)};
  }

  async #finish(measured: BenchReport, format: BenchFormat): Promise<void> {
    const context = this.#context;
    const report = this.#compared(measured);
    this.#warnings.push(...this.#removalWarnings);
    await warn(this.#removalWarnings, this.#flags, context);
    if (measured.stores.some(({runs, accuracy}) => runs.length > 0 || accuracy !== null))
      this.#save(measured);
    const text = this.#render(report, format);
    if (this.#flags.out === undefined) await context.streams.out.write(text);
    else writeWhole(this.#flags.out, text, context);
    if (context.exitCode !== ExitCode.ok) return;
    if (report.comparison?.regressed === true) context.exitCode = ExitCode.conditionMet;
    else if (this.#removalWarnings.length > 0) context.exitCode = ExitCode.partial;
  }

  #render(report: BenchReport, format: BenchFormat): string {
    const context = this.#context;
    switch (format) {
      case 'table':
        return benchTable(report, styleOf({...this.#flags, output: 'table'}, context));
      case 'json':
        return benchJson(report, this.#warnings, context, this.#contextName);
      case 'csv':
        return benchCsv(report);
      case 'md':
        return benchMarkdown(report);
      case 'html':
        return benchHtml(report, {
          generatedAt: envelope('bench', null, [], context).generatedAt,
          version: context.version,
          warnings: this.#warnings,
        });
    }
  }
}

const refuseHtmlOnTerminal = (format: BenchFormat, {out}: BenchFlags, {streams}: CliContext): void => {
  if (format !== 'html' || out !== undefined || !streams.out.isTTY) return;
  throw new RatectlError('HTML is for a browser, not for a terminal', {
    code: 'usage/output',
    hint: 'name a file: --out bench.html',
  });
};

/** Fewer decisions of a lower rate are no regression, and no gain. */
const refuseDifferentLoad = ({file, report}: EarlierBench, options: BenchOptions): void => {
  const different = differentLoad(report.settings, settingsOf(options));
  if (different === undefined) return;
  throw new RatectlError(`${quoted(file, 200)} cannot be compared: ${different}`, {
    code: 'bench/compare',
    hint: 'measure with the same --rate, --sweep, --p99 and --connections as before',
  });
};

/** Said before anything is measured, rather than after. */
const refuseNothingInCommon = ({file, report}: EarlierBench, {stores}: BenchOptions): void => {
  const kinds = new Set<string>(stores.map(({target}) => target.kind));
  const names = report.stores.map(({name}) => name);
  if (names.some((name) => kinds.has(name))) return;
  throw new RatectlError(
    `nothing to compare: ${quoted(file, 200)} has ${names.map((name) => safeText(name)).join(', ') || 'no stores'}, and this measures ${[...kinds].join(', ')}`,
    {code: 'bench/compare', hint: 'measure the same kind of store'},
  );
};
