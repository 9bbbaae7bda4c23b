import type {BudgetWindow} from './refresh-budget.ts';

/**
 * What a provider does with refresh tokens. `strict`: each can be spent once, a second time revokes all. `grace`: the last one may
 * be spent once more when the answer was lost. `none`: they stay valid, or the grant has none (client credentials).
 */
export type Rotation = 'strict' | 'grace' | 'none';

export interface RefreshRules {
  readonly budget: readonly BudgetWindow[];
  readonly rotation: Rotation;
  /** The grant spends a refresh token; without one there is nothing to begin with. */
  readonly spends: 'refresh-token' | 'nothing';
  /** µs. */
  readonly lease: number;
}
