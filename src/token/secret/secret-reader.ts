import type {SecretSource} from '../../engine/refresh/token-provider-spec.ts';
import {readSecret, type SecretForm, type SecretSurroundings} from './read-secret.ts';

/** Secrets, read when they are first needed and kept until they are forgotten. */
export interface SecretReader {
  /** Rejects with a RatectlError that names the place. `signal` ends a running command. */
  read(source: SecretSource, form: SecretForm, signal: AbortSignal): Promise<string>;
  /** The next `read` asks the source again: the secret may have been rotated. */
  forget(source: SecretSource): void;
}

export interface SecretReaderOptions extends Omit<SecretSurroundings, 'signal'> {
  /** Told once per warning, such as a file that others can read. */
  readonly onWarning?: (warning: string) => void;
}

export const createSecretReader = (options: SecretReaderOptions): SecretReader => {
  const kept = new Map<string, string>();
  const warned = new Set<string>();
  const placeOf = (source: SecretSource): string => JSON.stringify(source);
  return {
    async read(source, form, signal) {
      const place = placeOf(source);
      const known = kept.get(place);
      if (known !== undefined) return known;
      const {secret, warnings} = await readSecret(source, {...options, signal}, form);
      kept.set(place, secret);
      for (const warning of warnings) {
        if (!warned.has(warning)) options.onWarning?.(warning);
        warned.add(warning);
      }
      return secret;
    },
    forget(source) {
      kept.delete(placeOf(source));
    },
  };
};
