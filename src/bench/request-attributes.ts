import {templateAttributes} from '../engine/key-template.ts';
import type {Attributes} from '../engine/live/request-router.ts';
import type {Policy} from '../engine/policy-model.ts';

/** Attributes that hold an address in access logs and policies: they get one, in case it is looked at. */
const ADDRESS = /^(?:ip|addr|address|client_ip|remote_addr)$/i;

/**
 * What a request of key number `n` looks like to a policy: every attribute that a key is made of tells the number, those that are
 * given stay as they are.
 */
export const requestAttributes = (
  {limits}: Pick<Policy, 'limits'>,
  given: Readonly<Record<string, string>>,
): ((n: number) => Attributes) => {
  const names = new Set(['key', ...limits.flatMap(({key}) => templateAttributes(key))]);
  for (const name of Object.keys(given)) names.delete(name);
  const addresses = [...names].filter((name) => ADDRESS.test(name));
  const others = [...names].filter((name) => !ADDRESS.test(name));
  return (n) => {
    const attributes: Record<string, string> = {...given};
    for (const name of others) attributes[name] = `bench-${n}`;
    for (const name of addresses) attributes[name] = addressOf(n);
    return attributes;
  };
};

/** 10.0.0.0/8, which holds more keys than a run may have. */
const addressOf = (n: number): string => `10.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
