import type {ExplainedKey} from '../../tui/data/loader.ts';
import type {ChangePlace, Operations} from '../../tui/operations.ts';
import type {CliContext} from '../context.ts';
import {withTarget} from '../with-target.ts';
import {inContext} from './in-context.ts';
import {quietContext} from './quiet-context.ts';
import type {StatusFlags} from './status.ts';
import {TopOverride} from './top-override.ts';
import {MarkedReset} from './top-reset.ts';

/** The commands `reset` and `override set` as the dashboard runs them: what they print is shown there. */
export const topOperations = (flags: StatusFlags, context: CliContext): Operations => {
  const marked = async <T>(
    keys: readonly ExplainedKey[],
    {context: name, width}: ChangePlace,
    use: (reset: MarkedReset) => Promise<T>,
  ): Promise<T> => {
    const quiet = quietContext(context, width);
    return withTarget(inContext(flags, name), quiet, 'write', (target) =>
      use(new MarkedReset(keys, target, flags, quiet)),
    );
  };
  const override = (key: ExplainedKey, what: string, {context: name, width}: ChangePlace): TopOverride =>
    new TopOverride(key, what, inContext(flags, name), quietContext(context, width));
  return {
    planReset: (keys, place) => marked(keys, place, (reset) => reset.plan()),
    reset: (keys, consent, place) => marked(keys, place, (reset) => reset.run(consent)),
    planOverride: (key, what, why, place) => override(key, what, place).plan(why),
    override: (key, what, consent, place) => override(key, what, place).run(consent),
  };
};
