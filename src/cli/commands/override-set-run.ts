import {RatectlError} from '../../base/ratectl-error.ts';
import {quoted} from '../../base/safe-text.ts';
import {BucketSet} from '../../engine/bucket-set.ts';
import type {LiveEffect} from '../../engine/live/live-override.ts';
import {putOverride, readSlot} from '../../operate/override/change-override.ts';
import {droppedBuckets} from '../../operate/override/dropped-buckets.ts';
import type {LoadedPolicy} from '../../policy/load-policy.ts';
import {overrideOfLimit} from '../../policy/override-of-limit.ts';
import type {CliContext} from '../context.ts';
import {describeBucket} from '../describe-bucket.ts';
import {endOf} from '../options/end-time.ts';
import {untoldWarnings} from '../untold-warnings.ts';
import {withTarget} from '../with-target.ts';
import type {OverrideSetFlags} from './override.ts';
import {OverrideSession, overrideKey} from './override-session.ts';

export const runOverrideSet = async (
  selector: string,
  flags: OverrideSetFlags,
  context: CliContext,
): Promise<void> => {
  const {limit, key} = overrideKey(selector, flags);
  const parameters = parametersOf(flags);
  const why = flags.reason?.trim() ?? '';
  if (why === '')
    throw new RatectlError('--reason: expected a few words, got ""', {
      code: 'usage/no-reason',
      hint: 'others will ask: override ls and audit show it',
    });
  const endAt = endOf(flags, 'usage/override');
  await withTarget(flags, context, flags.dryRun === true ? 'read' : 'write', async (target) => {
    const session = new OverrideSession(target, flags, context);
    session.requireConfirmable();
    const {effect, warnings} = effectOf(flags, parameters, limit, target.policy);
    const spec = target.policy?.policy.limits.find(({name}) => name === limit);
    const dropped = spec === undefined ? [] : droppedBuckets(effect, spec, key, describeBucket);
    await session.warnings.add([...warnings, ...droppedText(dropped)]);
    const {now} = await target.store.facts();
    const override = {limit, key, until: endAt(now), effect};
    const note = {by: session.actorText, why, at: now};
    const slot = await readSlot(target.store, override);
    const planned = session.planned(override, note);
    const change = {action: 'set', slot, after: planned, now, dropped} as const;
    await session.confirm('set this override', change);
    if (flags.dryRun !== true) {
      const untold = await putOverride(target.store, slot, override, note);
      await session.audit('override-set', `${limit}/${key}`, why);
      await session.warnings.add(untoldWarnings(untold, context));
    }
    await session.answer(change);
  });
};

const droppedText = (dropped: readonly string[]): readonly string[] =>
  dropped.length === 0
    ? []
    : [`an override stands for all buckets: ${dropped.join(', ')} does not hold meanwhile`];

const PARAMETERS = [
  'algorithm',
  'rate',
  'burst',
  'initial',
  'limit',
  'window',
  'delay',
  'max',
] as const satisfies readonly (keyof OverrideSetFlags)[];

/** The flags as the parameters of a bucket in a policy. */
const parametersOf = (flags: OverrideSetFlags): Readonly<Record<string, string>> => {
  const parameters: Record<string, string> = {};
  for (const name of PARAMETERS) {
    const value = flags[name];
    if (value !== undefined) parameters[name] = value;
  }
  if (flags.nodelay === true) parameters['nodelay'] = 'true';
  if (flags.lease !== undefined) parameters['timeout'] = flags.lease;
  const given = Object.keys(parameters).length > 0;
  const fixed = flags.block === true || flags.exempt === true;
  if (given === fixed)
    throw new RatectlError(
      given
        ? `${flags.block === true ? '--block' : '--exempt'} goes without parameters of a limit`
        : 'what shall hold for the key? expected --block, --exempt, or parameters such as --rate 100/s',
      {code: 'usage/override', hint: 'ratectl override set --help shows all'},
    );
  return parameters;
};

const effectOf = (
  flags: OverrideSetFlags,
  parameters: Readonly<Record<string, string>>,
  limit: string,
  policy: LoadedPolicy | undefined,
): {readonly effect: LiveEffect; readonly warnings: readonly string[]} => {
  const fixed = flags.block === true ? 'block' : flags.exempt === true ? 'exempt' : undefined;
  if (policy === undefined) {
    if (fixed !== undefined)
      return {
        effect: {kind: fixed},
        warnings: [`no policy is known here: whether it has a limit ${quoted(limit)} was not checked`],
      };
    throw new RatectlError('no policy is known here, and parameters mean nothing without one', {
      code: 'override/no-policy',
      hint: 'name it with --policy FILE; --block and --exempt need none',
    });
  }
  const {override, warnings} = overrideOfLimit(policy, limit, fixed ?? parameters, (name) =>
    name === 'timeout' ? '--lease' : `--${name}`,
  );
  return {effect: override, warnings: [...warnings, ...startsAnew(override, limit, policy)]};
};

/** Buckets of unlike algorithms or windows have counts of their own. */
const startsAnew = (effect: LiveEffect, limit: string, {policy}: LoadedPolicy): readonly string[] => {
  const plan = policy.limits.find(({name}) => name === limit)?.plan;
  if (effect.kind !== 'buckets' || plan === undefined) return [];
  const usual = plan.kind === 'single' ? [plan.buckets] : [...plan.tiers.values()];
  const {shape} = new BucketSet(effect.buckets);
  return usual.some((buckets) => new BucketSet(buckets).shape !== shape)
    ? ['these are other buckets than the limit has: they start full, whatever was used under the others']
    : [];
};
