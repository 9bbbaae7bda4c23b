import {AttributeColumns} from '../../../src/engine/attribute-columns.ts';
import type {Policy} from '../../../src/engine/policy-model.ts';
import {parsePolicy} from '../../../src/policy/load-policy.ts';
import {EMPTY_POLICY} from '../../../src/simulate/rehearsal/empty-policy.ts';
import {Rehearsal, type RehearsalResult} from '../../../src/simulate/rehearsal/rehearsal.ts';
import {parseServerModel, type ServerFlags} from '../../../src/simulate/rehearsal/server-model.ts';
import {batchOf, type PlainRequest} from '../../../src/trace/batch-of.ts';
import {exponentialGap} from '../../../src/trace/generate/arrivals/arrival-times.ts';
import {randomStream} from '../../../src/trace/generate/random.ts';

export const SECOND = 1_000_000;
export const T = 1_767_571_200 * SECOND;

export interface Scene {
  /** Sections of the policy, as YAML. @default nothing is limited */
  readonly policy?: string;
  readonly against?: string;
  readonly server?: ServerFlags;
}

const policyOf = (sections: string | undefined): Policy =>
  sections === undefined ? {...EMPTY_POLICY} : parsePolicy(`version: 1\n${sections}`, 'scene.yaml').policy;

/** Rehearses requests whose `t` counts from the start of the scene, in µs. */
export const rehearse = (
  requests: readonly PlainRequest[],
  {policy, against, server = {}}: Scene = {},
): RehearsalResult => {
  const columns = new AttributeColumns();
  const rehearsal = new Rehearsal(columns, {
    policy: policyOf(policy),
    against: against === undefined ? undefined : policyOf(against),
    server: parseServerModel(server),
    decisions: undefined,
  });
  const batch = batchOf(
    columns,
    requests.map((request) => ({...request, t: T + request.t})),
  );
  rehearsal.run(batch, 0, batch.count);
  rehearsal.finish();
  return rehearsal.result(against === undefined ? undefined : 'other.yaml');
};

/** Independent clients: `perSecond` requests on average for so many seconds. */
export const poisson = (
  perSecond: number,
  seconds: number,
  request: (i: number, t: number) => Readonly<Record<string, string | number>> = () => ({}),
  seed = 7,
): readonly PlainRequest[] => {
  const random = randomStream(seed, 'arrivals');
  const requests: PlainRequest[] = [];
  let t = 0;
  for (;;) {
    t += exponentialGap(random, SECOND / perSecond);
    if (t >= seconds * SECOND) return requests;
    requests.push({key: 'a', ...request(requests.length, t), t: Math.floor(t)});
  }
};
