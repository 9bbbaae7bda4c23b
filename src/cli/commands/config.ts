import type {Command} from 'commander';
import type {CliContext} from '../context.ts';
import {addOutputOptions, type OutputFlags} from '../options/output.ts';
import {addStoreOptions, type StoreFlags} from '../options/store.ts';

export type ConfigExplainFlags = OutputFlags & StoreFlags;

const EXPLAIN_EXAMPLES = `
Examples:
  # which store would a command use, and who says so?
  ratectl config explain

  # the same for another context
  ratectl config explain --context prod
`;

const PATH_EXAMPLES = `
Examples:
  # edit the configuration
  "$EDITOR" "$(ratectl config path --user)"
`;

const SCHEMA_EXAMPLES = `
Examples:
  # let an editor check and complete the configuration
  ratectl config schema > config.schema.json

  # and as its first line: # yaml-language-server: $schema=config.schema.json
`;

export interface ConfigPathFlags extends OutputFlags {
  readonly user?: boolean;
}

/** `config explain`, `path` and `schema`: what holds, and who says so. */
export const registerConfig = (program: Command, context: CliContext): void => {
  const parent = program.command('config').description('What holds for a command, and which file says so.');

  const explain = parent
    .command('explain')
    .description('Show every setting, its value and where it comes from. Asks no store.');
  addStoreOptions(explain);
  addOutputOptions(explain, ['table', 'json']);
  explain.addHelpText('after', EXPLAIN_EXAMPLES);
  explain.action(async (flags: ConfigExplainFlags) => {
    const {runConfigExplain} = await import('./config-explain-run.ts');
    await runConfigExplain(flags, context);
  });

  const path = parent
    .command('path')
    .description('Show where the configuration files are, or would be.')
    .option('--user', "the path of the user's file alone");
  addOutputOptions(path, ['table', 'json']);
  path.addHelpText('after', PATH_EXAMPLES);
  path.action(async (flags: ConfigPathFlags) => {
    const {runConfigPath} = await import('./config-path-run.ts');
    await runConfigPath(flags, context);
  });

  parent
    .command('schema')
    .description('Print the JSON Schema of configuration files, for editors.')
    .addHelpText('after', SCHEMA_EXAMPLES)
    .action(async () => {
      const [{configJsonSchema}, {safeJson}] = await Promise.all([
        import('../../config/config-json-schema.ts'),
        import('../../base/safe-text.ts'),
      ]);
      await context.streams.out.write(`${safeJson(configJsonSchema(), 2)}\n`);
    });
};
