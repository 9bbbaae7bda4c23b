import {ExitCode} from '../../base/exit-code.ts';
import {isRatectlError} from '../../base/ratectl-error.ts';
import type {Settings} from '../../config/settings.ts';
import {shownUrl} from '../../config/shown-url.ts';
import type {NamedPolicy, PolicyFacts} from '../../operate/doctor/policy-rules.ts';
import type {ReachFacts} from '../../operate/doctor/reach-rules.ts';
import type {Refusal} from '../../operate/doctor/store-checks.ts';
import {readUsageFacts, type UsageFacts} from '../../operate/doctor/usage-facts.ts';
import {parsePolicy} from '../../policy/load-policy.ts';
import {factsOf} from '../../simulate/algorithm-facts.ts';
import type {Examination, Seen} from '../../store/examination.ts';
import {examineStore} from '../../store/examine-store.ts';
import {Looking, seen, unseen} from '../../store/looking.ts';
import {openStore} from '../../store/open-store.ts';
import type {Store} from '../../store/port.ts';
import type {StoreTarget} from '../../store/store-target.ts';
import type {CliContext} from '../context.ts';
import {storeWithPassword} from '../store-with-password.ts';
import {problemOf} from './doctor-problem.ts';

/** All that could be seen of a store. */
export interface StoreLook {
  readonly kind: StoreTarget['kind'];
  readonly reach: ReachFacts;
  readonly examination: Seen<Examination>;
  readonly refusal: Refusal | undefined;
  readonly usage: Seen<UsageFacts>;
  readonly published: PolicyFacts['published'];
  readonly publishedProblem: string | undefined;
  /** What the command ends with because of it: 3 when a store that was asked for cannot be reached. */
  readonly exit: ExitCode;
}

/** Looks at the server and at what applications left there, side by side; never rejects because of the store. */
export const lookAtStore = async (
  settings: Settings,
  local: NamedPolicy | undefined,
  context: CliContext,
): Promise<StoreLook> => {
  const {store} = settings;
  const url = shownUrl(store.value, settings.password === undefined ? 'none' : 'known');
  const named = store.origin.kind !== 'default';
  const timeoutMs = Math.ceil(settings.timeout.value / 1_000);
  const {streams, clock} = context;
  try {
    const {target} = await storeWithPassword(settings, context);
    const options = {timeoutMs, ...(settings.prefix === undefined ? {} : {prefix: settings.prefix.value})};
    const [examined, left] = await Promise.allSettled([
      examineStore(target, {
        ...options,
        withinMs: timeoutMs,
        localNow: () => clock.now(),
        env: streams.env,
      }),
      whatIsLeft(target, options, local, context),
    ]);
    const rest = left.status === 'fulfilled' ? left.value : refused(left.reason);
    if (examined.status === 'rejected') throw examined.reason;
    const {details} = examined.value;
    const outcome: ReachFacts['outcome'] =
      details.kind === 'memory'
        ? {kind: 'memory'}
        : details.kind === 'sqlite' && details.file === undefined
          ? {kind: 'no-file', path: details.path}
          : {kind: 'reached'};
    return {
      kind: target.kind,
      reach: {url, outcome, named},
      examination: seen(examined.value),
      ...(outcome.kind === 'reached' ? rest : {...nothingLeft(NOT_USED), published: seen(undefined)}),
      exit: ExitCode.ok,
    };
  } catch (error) {
    const {message, hint} = problemOf(error, url);
    const unreachable = isRatectlError(error) && error.exit === ExitCode.storeUnreachable;
    return {
      kind: store.value.kind,
      reach: {url, outcome: {kind: 'failed', message, hint}, named},
      examination: unseen('the store cannot be reached'),
      ...nothingLeft('the store cannot be reached'),
      exit: named && unreachable ? ExitCode.storeUnreachable : ExitCode.ok,
    };
  }
};

const NOT_USED = 'nothing is kept there';

type Left = Pick<StoreLook, 'usage' | 'published' | 'publishedProblem' | 'refusal'>;

const nothingLeft = (why: string, refusal?: Refusal): Left => ({
  refusal,
  usage: unseen(why),
  published: unseen(why),
  publishedProblem: undefined,
});

/** Opened as other commands open it: where they are refused, this is not to be had. */
const whatIsLeft = async (
  target: StoreTarget,
  options: {readonly timeoutMs: number; readonly prefix?: string},
  local: NamedPolicy | undefined,
  {clock}: CliContext,
): Promise<Left> => {
  if (target.kind === 'memory') return nothingLeft(NOT_USED);
  const store = await openStore(target, {...options, access: 'read'});
  try {
    const looking = new Looking(options.timeoutMs);
    let refusal: Refusal | undefined;
    const read = await looking.at(() =>
      readPublished(store).catch((error: unknown) => {
        refusal = refusalOf(error);
        throw error;
      }),
    );
    const published = read.seen ? seen(read.value.policy) : read;
    const policy = (read.seen ? read.value.policy : undefined) ?? local;
    const usage = await looking.at(() =>
      readUsageFacts(store, {
        policy: policy?.policy,
        localNow: () => clock.now(),
        describe: (spec) => factsOf(spec).describe(spec),
      }),
    );
    return {usage, published, publishedProblem: read.seen ? read.value.problem : undefined, refusal};
  } finally {
    await store.close().catch(() => undefined);
  }
};

const readPublished = async (
  store: Pick<Store, 'get'>,
): Promise<{readonly policy?: NamedPolicy; readonly problem?: string}> => {
  const document = await store.get('policy', 'current');
  if (document === undefined) return {};
  const {source, file} = (document.value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof source !== 'string' || typeof file !== 'string')
    return {problem: 'it is no text with the name of a file'};
  try {
    return {policy: parsePolicy(source, file)};
  } catch (error) {
    return {problem: problemOf(error, file).message};
  }
};

const refusalOf = (error: unknown): Refusal => {
  const {message, hint} = problemOf(error, '');
  return {message, hint};
};

const refused = (error: unknown): Left => {
  const refusal = refusalOf(error);
  return nothingLeft(refusal.message, refusal);
};
