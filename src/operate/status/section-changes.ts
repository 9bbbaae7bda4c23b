import type {StatusBehaviour} from '../../view/model/behaviour.ts';
import type {StatusAdaptive, StatusDegradation, StatusPool} from '../../view/model/status-load.ts';
import type {
  StatusAlert,
  StatusBreaker,
  StatusInstance,
  StatusLeader,
  StatusQueue,
  StatusSections,
  StatusToken,
} from '../../view/model/status-sections.ts';

/** What happened to a token, breaker, queue, pool, adaptive control, instance or alert from one look to the next. */
export type SectionRecord =
  | ({readonly at: string; readonly change: 'new' | 'state' | 'gone'} & (
      | {readonly kind: 'token'; readonly token: StatusToken}
      | {readonly kind: 'breaker'; readonly breaker: StatusBreaker}
      | {readonly kind: 'queue'; readonly queue: StatusQueue}
      | {readonly kind: 'pool'; readonly pool: StatusPool}
      | {readonly kind: 'adaptive'; readonly adaptive: StatusAdaptive}
      | {readonly kind: 'behaviour'; readonly behaviour: StatusBehaviour}
      | {readonly kind: 'instance'; readonly instance: StatusInstance}
      | {readonly kind: 'alert'; readonly alert: StatusAlert}
    ))
  | {readonly kind: 'degradation'; readonly at: string; readonly degradation: StatusDegradation | null}
  | {readonly kind: 'leader'; readonly at: string; readonly leader: StatusLeader | null};

/** What changed from one report to the next. Ages, and waits that only grow shorter, are no change. */
export class SectionChanges {
  readonly #alerts = new Followed<StatusAlert>(({kind, subject}) => [[kind, subject], []]);
  readonly #tokens = new Followed<StatusToken>((token) => [
    [token.provider],
    [token.condition, token.recommendation, token.generation, token.failures, token.refreshing?.fencing],
  ]);
  readonly #breakers = new Followed<StatusBreaker>(({name, state, failures, keys}) => [
    [name],
    [state, failures, keys?.open, keys?.halfOpen],
  ]);
  readonly #queues = new Followed<StatusQueue>(({queue, waiting, due, claimed, dead}) => [
    [queue],
    [waiting, due, claimed, dead],
  ]);
  readonly #pools = new Followed<StatusPool>(({name, running, effectiveMax, waiting}) => [
    [name],
    [running, effectiveMax, waiting],
  ]);
  readonly #adaptive = new Followed<StatusAdaptive>(({name, share, pressure}) => [
    [name],
    [share, pressure?.signal],
  ]);
  readonly #behaviour = new Followed<StatusBehaviour>(({limit, up, down, keys}) => [
    [limit],
    [up, down, keys.map(({key, move}) => [key, move])],
  ]);
  readonly #instances = new Followed<StatusInstance>(({id, leads}) => [[id], [leads]]);
  #degradation = 'null';
  #leader = 'null';

  since(sections: StatusSections, at: string): readonly SectionRecord[] {
    const {alerts, tokens, breakers, queues, pools, adaptive, degradation, behaviour, instances, leader} =
      sections;
    const mode = JSON.stringify(degradation && [degradation.mode, degradation.from, degradation.manual]);
    const modes = mode === this.#degradation ? [] : [{kind: 'degradation' as const, at, degradation}];
    this.#degradation = mode;
    const led = JSON.stringify(leader && [leader.instance, leader.fencing]);
    const leads = led === this.#leader ? [] : [{kind: 'leader' as const, at, leader}];
    this.#leader = led;
    return [
      ...this.#alerts.since(alerts).map(([change, alert]) => ({kind: 'alert' as const, at, change, alert})),
      ...this.#tokens.since(tokens).map(([change, token]) => ({kind: 'token' as const, at, change, token})),
      ...this.#breakers
        .since(breakers)
        .map(([change, breaker]) => ({kind: 'breaker' as const, at, change, breaker})),
      ...this.#queues.since(queues).map(([change, queue]) => ({kind: 'queue' as const, at, change, queue})),
      ...this.#pools.since(pools).map(([change, pool]) => ({kind: 'pool' as const, at, change, pool})),
      ...this.#adaptive
        .since(adaptive)
        .map(([change, one]) => ({kind: 'adaptive' as const, at, change, adaptive: one})),
      ...modes,
      ...this.#behaviour
        .since(behaviour)
        .map(([change, one]) => ({kind: 'behaviour' as const, at, change, behaviour: one})),
      ...this.#instances
        .since(instances)
        .map(([change, instance]) => ({kind: 'instance' as const, at, change, instance})),
      ...leads,
    ];
  }
}

type Change = 'new' | 'state' | 'gone';

class Followed<T> {
  readonly #describe: (one: T) => readonly [id: readonly unknown[], state: readonly unknown[]];
  #last = new Map<string, {readonly one: T; readonly state: string}>();

  constructor(describe: (one: T) => readonly [id: readonly unknown[], state: readonly unknown[]]) {
    this.#describe = describe;
  }

  since(all: readonly T[]): readonly (readonly [Change, T])[] {
    const seen = new Map(
      all.map((one) => {
        const [id, state] = this.#describe(one);
        return [JSON.stringify(id), {one, state: JSON.stringify(state)}];
      }),
    );
    const found = [...seen].flatMap(([id, {one, state}]): readonly (readonly [Change, T])[] => {
      const before = this.#last.get(id);
      if (before === undefined) return [['new', one]];
      return before.state === state ? [] : [['state', one]];
    });
    const gone = [...this.#last].flatMap(([id, {one}]): readonly (readonly [Change, T])[] =>
      seen.has(id) ? [] : [['gone', one]],
    );
    this.#last = seen;
    return [...found, ...gone];
  }
}
