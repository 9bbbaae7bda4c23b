import {RatectlError} from '../../base/ratectl-error.ts';
import {shellWord} from '../../base/shell-word.ts';
import type {CliContext} from '../context.ts';
import {demoFile} from '../demo/demo-files.ts';
import {DemoGuide} from '../demo/demo-guide.ts';
import {sayThresholdFailed, showLive, showReplay} from '../demo/demo-tour.ts';
import {type RunningDemo, startDemo} from '../demo/start-demo.ts';
import {outputFormat} from '../options/output.ts';
import type {DemoFlags} from './demo.ts';
import {canShowDashboard} from './top-session.ts';

/**
 * The dashboard on a terminal, else the tour: a replay and the live commands. Another format is one document, for programs: the
 * replay alone.
 */
export const runDemo = async (flags: DemoFlags, context: CliContext): Promise<void> => {
  const format = outputFormat(flags);
  const demo = new Demo(flags, context);
  if (!['table', 'wide'].includes(format)) {
    if (flags.keep === true) throw nothingToKeep(format);
    return demo.document();
  }
  const isTour = flags.tour === true || format === 'wide' || !canShowDashboard({}, context);
  return isTour ? demo.tour() : demo.dashboard();
};

const nothingToKeep = (format: string): RatectlError =>
  new RatectlError(`--keep with -o ${format}: there is no store, expected the dashboard or the tour`, {
    code: 'usage/demo',
    hint: 'leave out -o, or --keep',
  });

class Demo {
  readonly #flags: DemoFlags;
  readonly #context: CliContext;
  readonly #guide: DemoGuide;
  readonly #files: {readonly [file in 'trace' | 'policy' | 'service']: ReturnType<typeof demoFile>};

  constructor(flags: DemoFlags, context: CliContext) {
    this.#flags = flags;
    this.#context = context;
    this.#guide = new DemoGuide(flags, context);
    this.#files = {
      trace: demoFile('examples/traces/shop.log', context.cwd),
      policy: demoFile('examples/policies/per-ip.yaml', context.cwd),
      service: demoFile('examples/demo/ratectl.yaml', context.cwd),
    };
  }

  async document(): Promise<void> {
    await this.#showReplay();
    await this.#guide.lines(['']);
    await sayThresholdFailed(this.#guide);
    await this.#next([]);
  }

  async tour(): Promise<void> {
    await this.#running('ratectl demo            # the dashboard, on a terminal', async (demo) => {
      await this.#showReplay();
      await showLive(demo, this.#files, this.#guide, this.#flags, this.#context);
    });
  }

  async dashboard(): Promise<void> {
    await this.#running('ratectl demo --tour     # the commands, with their answers', async (demo) => {
      const {showDemoDashboard} = await import('../demo/demo-dashboard.ts');
      await showDemoDashboard(demo, this.#guide, this.#flags);
    });
  }

  async #running(other: string, use: (demo: RunningDemo) => Promise<void>): Promise<void> {
    const {keep = false} = this.#flags;
    const demo = await startDemo(this.#files.service.path, keep ? 'keep' : 'remove', this.#context);
    try {
      await use(demo);
    } finally {
      await demo.stop();
    }
    await this.#guide.lines(['']);
    const store = keep
      ? keptLines(demo)
      : ['  ratectl demo --keep     # leaves the store, to look at it again'];
    await this.#next([...store, `  ${other}`]);
  }

  #showReplay(): Promise<void> {
    return showReplay(this.#files, this.#guide, this.#flags, this.#context);
  }

  async #next(lines: readonly string[]): Promise<void> {
    const {trace, policy} = this.#files;
    await this.#guide.lines([
      'Next:',
      ...lines,
      `  ratectl trace info ${trace.shown}`,
      `  ratectl simulate ${trace.shown} --policy ${policy.shown} --bounds`,
      `  ratectl simulate YOUR.log --policy ${policy.shown}`,
      '  ratectl init            # a policy of your own',
      '  ratectl --help',
      '',
      `How an application uses it: ${demoFile('docs/library.md', this.#context.cwd).shown}`,
    ]);
  }
}

/** The service has ended, its store is still there. */
const keptLines = ({place: {statePath, context}}: RunningDemo): readonly string[] => {
  const store = shellWord(`sqlite:${statePath}`);
  return [
    ...['status', 'report --since 1h', 'audit'].map((words) => `  ratectl ${words} --store ${store}`),
    `  rm -r ${shellWord(context.cwd)}`,
  ];
};
