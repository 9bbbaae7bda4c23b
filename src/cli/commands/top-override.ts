import {ExitCode} from '../../base/exit-code.ts';
import {RatectlError} from '../../base/ratectl-error.ts';
import {safeText} from '../../base/safe-text.ts';
import {resolveSettings} from '../../config/resolve-settings.ts';
import type {ExplainedKey} from '../../tui/data/loader.ts';
import type {Consent} from '../../tui/operations.ts';
import type {ChangePlan} from '../../tui/state/dialog-state.ts';
import {linesOf, type QuietContext, refusal} from './quiet-context.ts';
import type {StatusFlags} from './status.ts';

/** Flags that the dashboard answers itself. */
const OWN =
  /^(-n|-y|--dry-run|--yes|--confirm|--no-input|--reason|--json|-o|--output|-s|--store|-c|--context|-p|--policy)(=|$)/;

/** `ratectl override set` for one key, with the flags that were typed: first its dry run, then itself. */
export class TopOverride {
  readonly #key: ExplainedKey;
  readonly #what: string;
  readonly #flags: StatusFlags;
  readonly #context: QuietContext;

  constructor(key: ExplainedKey, what: string, flags: StatusFlags, context: QuietContext) {
    this.#key = key;
    this.#what = what;
    this.#flags = flags;
    this.#context = context;
  }

  async plan(why: string): Promise<ChangePlan> {
    const production = this.#production();
    const lines = await this.#command(why, ['--dry-run']);
    return {
      lines,
      question:
        production === undefined
          ? 'type y to set this override'
          : `type ${safeText(production)} to set this override`,
      reason: 'required',
      some: true,
    };
  }

  /** In production the command judges what was typed; elsewhere it asks nothing, and the dashboard does. */
  async run({why, typed}: Consent): Promise<readonly string[]> {
    if (this.#production() === undefined && !/^y(es)?$/i.test(typed))
      throw new RatectlError('not confirmed: expected y', {
        code: 'safety/not-confirmed',
        exit: ExitCode.refused,
        hint: 'nothing was changed',
      });
    return this.#command(why, ['--confirm', typed]);
  }

  /** Name of a production context. Throws (exit 4) in a read-only one: `override set` does so too, but not for a dry run. */
  #production(): string | undefined {
    const {streams, cwd} = this.#context;
    const {readOnly, production, context} = resolveSettings({flags: this.#flags, env: streams.env, cwd});
    if (readOnly.value)
      throw new RatectlError('this context is read-only', {code: 'config/read-only', exit: ExitCode.refused});
    return production.value ? (context?.value.name ?? '') : undefined;
  }

  async #command(why: string, more: readonly string[]): Promise<readonly string[]> {
    const {runProgram} = await import('../program.ts');
    const context = this.#context;
    const words = this.#words();
    const selector = JSON.stringify(`${this.#key.limit}/${this.#key.key}`);
    await runProgram(
      [
        'override',
        'set',
        ...words,
        '--reason',
        why,
        ...more,
        ...storeWords(this.#flags),
        '--json-key',
        '--',
        selector,
      ],
      context,
    );
    if (context.exitCode !== ExitCode.ok) throw refusal(context.written);
    return linesOf(context.written.out + context.written.err);
  }

  #words(): readonly string[] {
    const words = this.#what.split(/\s+/).filter((word) => word !== '');
    const own = words.find((word) => OWN.test(word));
    if (own !== undefined)
      throw new RatectlError(`${own} is asked for by the dashboard itself`, {
        code: 'usage/override',
        hint: 'name what shall hold and how long, such as --rate 100/s --for 1h',
      });
    if (words.some((word) => !word.startsWith('-')) && !words[0]!.startsWith('-'))
      throw new RatectlError(`expected flags, got "${safeText(this.#what)}"`, {
        code: 'usage/override',
        hint: 'such as --block --for 1h, --exempt --for 30m, --rate 100/s --for 1h',
      });
    return words;
  }
}

/** The flags that choose store, policy and look, as they were given. */
const storeWords = ({
  store,
  context,
  policy,
  timeout,
  config,
  color,
  ascii,
}: StatusFlags): readonly string[] => [
  ...(store === undefined ? [] : ['--store', store]),
  ...(context === undefined ? [] : ['--context', context]),
  ...(policy === undefined ? [] : ['--policy', policy]),
  ...(timeout === undefined ? [] : ['--timeout', timeout]),
  ...(config ? [] : ['--no-config']),
  ...(ascii === true ? ['--ascii'] : []),
  ...(color === 'always' ? ['--color', 'always'] : []),
];
