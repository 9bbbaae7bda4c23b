import type {NamedTarget} from './with-target.ts';

/** What a production context is confirmed with; undefined: it is none. */
export const productionOf = ({
  production,
  contextName,
  redactedUrl,
}: Pick<NamedTarget, 'production' | 'contextName' | 'redactedUrl'>): string | undefined =>
  production ? (contextName ?? redactedUrl) : undefined;
