import {type Command, Option} from 'commander';
import type {CliContext} from '../context.ts';
import {collect} from '../options/output.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';

export interface ServeFlags extends StoreFlags {
  readonly listen?: string;
  readonly tokenFile?: string;
  readonly allowHost?: readonly string[];
  readonly mcp?: 'stdio' | 'http';
  readonly allowWrite?: boolean;
  readonly root: string;
  readonly alertLog?: boolean;
  readonly alertWebhook?: string;
  readonly alertRepeat: string;
  readonly tokenManager?: boolean;
  readonly checkEvery: string;
  /** `--no-lead`: false. */
  readonly lead: boolean;
  readonly logFormat: 'text' | 'json';
  readonly events?: 'text' | 'jsonl';
}

const EXAMPLES = `
Examples:
  # a page, JSON and metrics on http://127.0.0.1:9464/
  ratectl serve

  # for others, too: they need the token
  ratectl serve --listen 0.0.0.0:9464 --token-file /run/secrets/ratectl

  # tools for an AI assistant that starts this command; they only look
  ratectl serve --mcp stdio

  # tells a chat room when something needs somebody, and when it is over
  ratectl serve --alert-webhook https://chat.example/hooks/ratelimits

  # refreshes the tokens of the policy until it is told to end
  ratectl serve --token-manager --policy ratectl.yaml
`;

export const registerServe = (program: Command, context: CliContext): void => {
  const command = program
    .command('serve')
    .description(
      'Run in the foreground until SIGTERM or Ctrl-C: status as a page, JSON and metrics, tools for assistants, alerts; keep tokens fresh.',
    );
  const http = [
    new Option(
      '--listen <address>',
      'HOST:PORT for HTTP (default: 127.0.0.1:9464; none with --token-manager or --mcp stdio alone)',
    ),
    new Option(
      '--token-file <file>',
      'its first line is asked for as bearer token; needed off loopback (or RATECTL_SERVE_TOKEN)',
    ),
    new Option('--allow-host <name>', 'on loopback, answer for this name, too (repeatable)').argParser(
      collect,
    ),
  ];
  const mcp = [
    new Option(
      '--mcp <transport>',
      'tools for AI assistants (Model Context Protocol), over HTTP at /mcp',
    ).choices(['stdio', 'http']),
    new Option('--allow-write', 'with --mcp: also tools that change something'),
    new Option('--root <folder>', 'with --mcp: files below it may be read for simulate').default('.'),
  ];
  const alerts = [
    new Option('--alert-log', 'write alerts to standard error, a JSON line each'),
    new Option('--alert-webhook <url>', 'post alerts there as JSON (or RATECTL_ALERT_WEBHOOK)'),
    new Option('--alert-repeat <duration>', 'tell what lasts again after so long').default('1h'),
  ];
  const tokens = [
    new Option('--token-manager', 'refresh tokens before they expire, one process at a time for all'),
    new Option('--check-every <duration>', 'how often tokens are looked at when nothing is due').default(
      '1m',
    ),
    new Option('--no-lead', 'stand by: never refresh, even if nobody else does'),
  ];
  const log = [
    new Option('--log-format <form>', 'how events are written to standard error')
      .choices(['text', 'json'])
      .default('text'),
    new Option('--events <form>', 'the same: jsonl is --log-format json').choices(['text', 'jsonl']),
  ];
  for (const [group, options] of [
    ['HTTP:', http],
    ['Assistants:', mcp],
    ['Alerts:', alerts],
    ['OAuth tokens:', tokens],
    ['Events:', log],
  ] as const)
    for (const option of options) command.addOption(option.helpGroup(group));
  addStoreOptions(command);
  command.addHelpText('after', EXAMPLES);
  command.action(async (flags: ServeFlags) => {
    const {runServe} = await import('./serve-run.ts');
    await runServe(flags, context);
  });
};
