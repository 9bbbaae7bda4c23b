import {safeJson} from '../../base/safe-text.ts';
import {actorOf} from '../../operate/audit/actor.ts';
import {openStore} from '../../store/open-store.ts';
import {readSchemaVersion, type SchemaVersion, targetToMigrate} from '../../store/schema-version.ts';
import {schemaChangeTable} from '../../view/migrate/table.ts';
import type {SchemaChange} from '../../view/model/schema-change.ts';
import {confirmShown} from '../confirm.ts';
import type {CliContext} from '../context.ts';
import {envelope} from '../envelope.ts';
import {warn} from '../notes.ts';
import {outputFormat, styleOf} from '../options/output.ts';
import {productionOf} from '../production-of.ts';
import {tellJournal} from '../tell-journal.ts';
import {type NamedTarget, nameTarget} from '../with-target.ts';
import type {MigrateFlags} from './migrate.ts';

export const runMigrate = async (flags: MigrateFlags, context: CliContext): Promise<void> => {
  const access = flags.dryRun === true ? 'read' : 'write';
  const named = await nameTarget(flags, context, access);
  const version = await readSchemaVersion(named.target, named.options);
  const change = changeOf(version, named, flags);
  if (version !== undefined && version.version > version.newest) await refuseNewer(named);
  else if (version !== undefined && version.pending.length > 0 && access === 'write') {
    await confirm(change, named, flags, context);
    await migrate(version, named, flags, context);
  }
  await warn(named.warnings, flags, context);
  const {out} = context.streams;
  if (outputFormat(flags) === 'json') {
    const answer = envelope('migrate', change, named.warnings, context, named.contextName);
    await out.write(`${safeJson(answer, 2)}\n`);
  } else await out.write(schemaChangeTable(change, styleOf(flags, context)));
};

const changeOf = (
  version: SchemaVersion | undefined,
  {redactedUrl}: NamedTarget,
  {dryRun}: MigrateFlags,
): SchemaChange => ({
  dryRun: dryRun === true,
  store: redactedUrl,
  schema:
    version === undefined
      ? null
      : {
          place: version.place,
          before: version.version,
          after: version.newest,
          migrations: version.pending,
        },
});

/** Whoever opens such a store says what is to be done. */
const refuseNewer = async ({target, options}: NamedTarget): Promise<void> => {
  await (await openStore(target, {...options, access: 'read'})).close();
};

const confirm = (
  change: SchemaChange,
  named: NamedTarget,
  flags: MigrateFlags,
  context: CliContext,
): Promise<void> => {
  const what = change.schema?.before === 0 ? 'make these tables' : 'migrate';
  return confirmShown(
    {what, reach: 'one', count: 1, production: productionOf(named)},
    (style) => schemaChangeTable({...change, dryRun: true}, style, 'question'),
    flags,
    context,
  );
};

/** Opening a store for writing brings it up to date. */
const migrate = async (
  {place, version, newest}: SchemaVersion,
  {target, options}: NamedTarget,
  flags: MigrateFlags,
  context: CliContext,
): Promise<void> => {
  const store = await openStore(targetToMigrate(target), {...options, access: 'write'});
  try {
    const entry = {
      action: 'migrate',
      ...actorOf(context.streams.env),
      why: flags.reason?.trim() ?? '',
      target: `${place}: ${version} to ${newest}`,
      keys: 0,
    };
    await tellJournal(store, entry, flags, context);
  } finally {
    await store.close();
  }
};
