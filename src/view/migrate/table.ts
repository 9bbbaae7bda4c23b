import {type Fact, facts} from '../facts.ts';
import type {SchemaChange} from '../model/schema-change.ts';
import type {Style} from '../style.ts';

/** What was migrated, or would be: for people. A `question` comes before the change it is about. */
export const schemaChangeTable = (
  {dryRun, store, schema}: SchemaChange,
  style: Style,
  use: 'answer' | 'question' = 'answer',
): string => {
  const list: readonly Fact[] =
    schema === null
      ? [{label: 'schema', value: [{text: 'nothing to migrate', role: 'strong'}, 'this store has no tables']}]
      : [
          {
            label: 'schema',
            value: [
              {text: headline(schema, dryRun), role: 'strong'},
              ...(dryRun && use === 'answer' && schema.migrations.length > 0
                ? ['dry run: nothing was changed']
                : []),
            ],
          },
          {label: 'where', value: schema.place},
          {label: 'steps', value: schema.migrations.map(({version, name}) => `${version} ${name}`)},
          {label: 'then', value: dryRun && schema.before > 0 && schema.migrations.length > 0 ? OLDER : []},
        ];
  return `${facts([...list, {label: 'store', value: store}], style).join('\n')}\n`;
};

const OLDER = 'programs with an older ratectl that start from then on are refused';

const headline = (
  {before, after, migrations}: NonNullable<SchemaChange['schema']>,
  dryRun: boolean,
): string => {
  if (migrations.length === 0) return `up to date, version ${after}`;
  const would = dryRun ? 'would be ' : '';
  return before === 0
    ? `${would}made, version ${after}`
    : `${would}migrated from version ${before} to ${after}`;
};
