import type {Location} from '../base/ratectl-error.ts';
import type {StoreTarget} from '../store/store-target.ts';
import type {ConfigFile, ContextConfig, PasswordSource} from './config-model.ts';
import type {ConfigPlaces, Environment} from './config-places.ts';

/** Where a setting comes from. */
export type Origin =
  | {readonly kind: 'flag'; readonly flag: string}
  | {readonly kind: 'environment'; readonly variable: string}
  | {readonly kind: 'file'; readonly scope: ConfigFile['scope']; readonly where: Location}
  /** `because` in words: `of a production context`. */
  | {readonly kind: 'default'; readonly because?: string};

export interface Setting<T> {
  readonly value: T;
  readonly origin: Origin;
}

/** What the user said on the command line. */
export interface SettingsFlags {
  readonly store?: string;
  readonly context?: string;
  readonly policy?: string;
  readonly timeout?: string;
  readonly passwordStdin?: boolean;
  /** False: no configuration files. */
  readonly config: boolean;
}

export interface SettingsInput {
  readonly flags: SettingsFlags;
  readonly env: Environment;
  readonly cwd: string;
}

/** What holds for a command, each with where it comes from. Holds no secret but a password in the URL. */
export interface Settings {
  readonly context: Setting<ContextConfig> | undefined;
  readonly store: Setting<StoreTarget>;
  /** Absolute path. */
  readonly policy: Setting<string> | undefined;
  readonly prefix: Setting<string> | undefined;
  /** Microseconds. */
  readonly timeout: Setting<number>;
  readonly readOnly: Setting<boolean>;
  readonly production: Setting<boolean>;
  readonly password: Setting<PasswordSource> | undefined;
  /** Undefined with --no-config. */
  readonly places: ConfigPlaces | undefined;
  /** Safe to print. */
  readonly warnings: readonly string[];
}
