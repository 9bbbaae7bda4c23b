/** Names under which token managers keep things in a store: written by `token`, read by all that look. */

/** The office that managers stand for: one leader refreshes the tokens of a store. */
export const TOKEN_OFFICE = 'tokens';

/** The role of instances that stand for it. */
export const TOKEN_MANAGER_ROLE = 'token-manager';

const TOKEN = 'token:';

/** Name of the breaker in front of a provider, as `status` shows it and `reset --breaker` takes it. */
export const breakerNameOf = (provider: string): string => `${TOKEN}${provider}`;

/** Where uses of a provider's token are counted, beside the limits. */
export const usesNameOf = (provider: string): string => `${TOKEN}${provider}`;

/** The provider whose uses are counted under a name; undefined when it is no such name. */
export const providerOfUses = (name: string): string | undefined =>
  name.startsWith(TOKEN) ? name.slice(TOKEN.length) : undefined;

/** Whether counts are those of a limit: names of limits hold no colon. */
export const isLimitName = (name: string): boolean => !name.includes(':');
