import type {RefreshRules} from '../engine/refresh/refresh-transitions.ts';
import type {TokenProviderSpec} from '../engine/refresh/token-provider-spec.ts';

export const rulesOf = ({budget, rotation, grant, lease}: TokenProviderSpec): RefreshRules => ({
  budget,
  rotation,
  lease,
  spends: grant === 'refresh-token' ? 'refresh-token' : 'nothing',
});
