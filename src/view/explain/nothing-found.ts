import type {KeyExplanation} from '../model/key-explanation.ts';

/** Why there is nothing to explain. */
export const nothingFound = ({subject, policy}: KeyExplanation): string => {
  if (subject.kind === 'request') return 'the policy has no limits';
  const name = subject.kind === 'selector' ? `${subject.limit}/${subject.key}` : subject.key;
  const where = subject.kind === 'key' && policy !== null ? ' in any limit' : '';
  return `${name} has no state${where}: it was never seen, or is as if never used`;
};
