import type {RedisNode} from '../../store/examination.ts';

/** A command for the server that a finding is about: without host and port it would go to another one. */
export const redisCli = (
  {address, encrypted}: Pick<RedisNode, 'address' | 'encrypted'>,
  words: string,
): string => {
  const colon = address.lastIndexOf(':');
  return `redis-cli -h ${address.slice(0, colon)} -p ${address.slice(colon + 1)}${encrypted ? ' --tls' : ''} ${words}`;
};
