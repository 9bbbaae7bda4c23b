import type {Policy} from '../engine/policy-model.ts';
import {listAdaptive} from '../store/control-document.ts';
import {listOverrides} from '../store/override-document.ts';
import type {Documents} from '../store/port.ts';
import {sharesInForce} from './adaptive-shares.ts';
import {KeyRules} from './key-rules.ts';

/** What holds for keys at this moment: the policy with the overrides and the shares that the store has. */
export const rulesInForce = async (
  store: Pick<Documents, 'get' | 'list'>,
  policy: Policy,
): Promise<KeyRules> => {
  const [overrides, adaptive] = await Promise.all([listOverrides(store), listAdaptive(store)]);
  return new KeyRules(policy, overrides, sharesInForce(adaptive, policy).limits);
};
