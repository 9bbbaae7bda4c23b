import type {Location} from '../base/ratectl-error.ts';

/** A value and the place in a file where it stands. */
export interface Located<T> {
  readonly value: T;
  readonly where: Location;
}

/** Where the password of a store comes from. The password itself is read when the store is opened, and kept nowhere. */
export type PasswordSource =
  | {
      readonly kind: 'file';
      readonly path: string;
      /** The file must be in this folder: for a project's configuration, which may be somebody else's. */
      readonly within: string | undefined;
    }
  | {
      readonly kind: 'command';
      /** Run as it is, without a shell. */
      readonly argv: readonly string[];
      readonly folder: string;
    }
  | {readonly kind: 'variable'; readonly name: string}
  | {readonly kind: 'stdin'}
  | {readonly kind: 'url'};

/** What a context says, or a file outside its contexts. Paths are absolute. */
export interface SettingsGroup {
  /** As written. It is taken apart when it is used, so that one wrong context does not stop the others. */
  readonly store?: Located<string>;
  readonly policy?: Located<string>;
  readonly prefix?: Located<string>;
  /** Microseconds. */
  readonly timeout?: Located<number>;
  readonly readOnly?: Located<boolean>;
  /** In contexts only. */
  readonly production?: Located<boolean>;
  readonly password?: Located<PasswordSource>;
}

export interface ContextConfig extends SettingsGroup {
  readonly name: string;
  readonly where: Location;
  readonly file: ConfigFile;
}

/** A configuration file that is right in itself. */
export interface ConfigFile {
  /** `project`: came with the folder, and may be somebody else's; `user`: the user's own. */
  readonly scope: 'project' | 'user';
  readonly path: string;
  /** The path for messages. */
  readonly shown: string;
  /** What relative paths are relative to. */
  readonly folder: string;
  /** Name of the context that is used when nothing else is said. */
  readonly current?: Located<string>;
  readonly defaults: SettingsGroup;
  readonly contexts: ReadonlyMap<string, ContextConfig>;
  /** Whether other users of the machine may read it. */
  readonly exposed: boolean;
}
