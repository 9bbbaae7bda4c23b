import type {GivenPolicy} from '../policy/given-policy.ts';
import type {Store} from '../store/port.ts';
import type {RefreshAnswer} from './refresh-answer.ts';
import type {Vault} from './vault/vault.ts';

/** How a token manager is made. Everything is optional. */
export interface TokenManagerOptions {
  /** The policy, whose section `tokens` names the providers. @default './ratectl.yaml' */
  readonly policy?: GivenPolicy | undefined;
  /** URL of the store, or an open store, which `close` leaves open. @default 'sqlite:' */
  readonly store?: string | Store | undefined;
  /** @default the keys that RATECTL_VAULT_KEY, RATECTL_VAULT_KEY_FILE or RATECTL_VAULT_KEY_COMMAND give */
  readonly vault?: Vault | undefined;
  /** Whether this process may become the one that refreshes. Others read what it stores. @default true */
  readonly lead?: boolean | undefined;
  /** How often tokens are looked at when nothing is due, ms; 100 … 3,600,000. @default 60,000 */
  readonly checkEveryMs?: number | undefined;
  /** How long a leader may be silent, ms; 1,000 … 300,000. @default 15,000 */
  readonly leaderLeaseMs?: number | undefined;
  /** How often the process says that it is there, ms; 1,000 … 300,000. @default 10,000 */
  readonly heartbeatMs?: number | undefined;
  /** Whether this process registers in the store. @default true */
  readonly register?: boolean | undefined;
  /** Whether uses are counted for `report`. @default true */
  readonly analytics?: boolean | undefined;
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  readonly events?: TokenManagerEvents | undefined;
}

/** Functions that a manager calls. What they throw is dropped. */
export interface TokenManagerEvents {
  /** What came of an attempt of this process. Holds no secret. */
  readonly onRefresh?: ((provider: string, answer: RefreshAnswer) => unknown) | undefined;
  readonly onLead?: ((leads: boolean, fencing: number) => unknown) | undefined;
  /** Something an operator should know, such as a file with a secret that others can read. */
  readonly onWarning?: ((warning: string) => unknown) | undefined;
  /** Something failed in the background; it is tried again. */
  readonly onError?: ((error: unknown) => unknown) | undefined;
}
