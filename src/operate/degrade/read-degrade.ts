import {ceilMillis} from '../../base/micros.ts';
import {DEGRADED_MODES, type DegradationSpec, type LoadSample} from '../../engine/control/control-spec.ts';
import type {Policy} from '../../engine/policy-model.ts';
import {listLoads} from '../../store/control-document.ts';
import type {Store} from '../../store/port.ts';
import type {DegradeReport, DegradeRule, Signals} from '../../view/model/degrade.ts';
import {clampedInstant} from '../status/clamped-instant.ts';
import {statusDegradation} from '../status/control-sections.ts';
import {seeMode} from './change-mode.ts';

/** The mode, why it holds, when it changes, and how each process is doing. Looks, without writing anything. */
export const readDegrade = async (
  store: Pick<Store, 'get' | 'list' | 'now'>,
  policy: Policy | undefined,
): Promise<Omit<DegradeReport, 'store'>> => {
  const [{state, now}, loads] = await Promise.all([seeMode(store), listLoads(store)]);
  return {
    degradation: statusDegradation(state, policy, now),
    rule: policy?.degradation === undefined ? null : ruleOf(policy.degradation),
    loads: loads.map(({instance, at, sample}) => ({
      instance,
      at: clampedInstant(at),
      ...signalsOf(sample),
    })),
  };
};

const ruleOf = ({targets, enter, leave, after, hold}: DegradationSpec): DegradeRule => ({
  targets: signalsOf(targets),
  enter: DEGRADED_MODES.map((mode) => ({mode, pressure: enter[mode]})),
  afterMs: ceilMillis(after),
  leave,
  holdMs: ceilMillis(hold),
});

const signalsOf = ({cpu, memory, eventLoop, responseTime}: LoadSample): Signals => ({
  cpu: cpu ?? null,
  memory: memory ?? null,
  eventLoopMs: eventLoop === undefined ? null : eventLoop / 1_000,
  responseTimeMs: responseTime === undefined ? null : responseTime / 1_000,
});
