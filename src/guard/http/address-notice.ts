import {templateAttributes} from '../../engine/key-template.ts';
import type {Attributes} from '../../engine/live/request-router.ts';
import type {Policy} from '../../engine/policy-model.ts';

/** Attributes that are missing when nobody knows the address of the client. */
const FROM_ADDRESS = ['ip', 'key'];

/**
 * Says once, as a process warning, that requests come without an address while the policy has limits that need one: those limits
 * skip such requests, so that a server that does not tell addresses would be without them, and nobody would notice.
 */
export const addressNotice = (policy: Policy | undefined): ((attributes: Attributes) => void) => {
  const needs = (policy?.limits ?? [])
    .map(({name, key}) => ({
      name,
      attributes: templateAttributes(key).filter((attribute) => FROM_ADDRESS.includes(attribute)),
    }))
    .filter(({attributes}) => attributes.length > 0);
  let due = needs.length > 0;
  return (given) => {
    if (!due || FROM_ADDRESS.every((name) => isThere(given[name]))) return;
    const skipping = needs.filter(({attributes}) => attributes.some((name) => !isThere(given[name])));
    if (skipping.length === 0) return;
    due = false;
    process.emitWarning(
      `a request has no client address: limits by {ip} or {key} (${skipping.map(({name}) => name).join(', ')}) skip it; tell the adapter where the address is (peerAddress), or trust the proxy that knows it (identity.trustedProxies)`,
      {type: 'RatectlWarning', code: 'guard/no-address'},
    );
  };
};

const isThere = (value: Attributes[string]): boolean => value !== undefined && value !== '';
