/** Networks of RFC 1918, 6598 (shared by a provider), 3927 and 4193, and loopback: no client of the internet has such an address. */
const PRIVATE = [
  /^10\.\d+\.\d+\.\d+$/,
  /^127\.\d+\.\d+\.\d+$/,
  /^169\.254\.\d+\.\d+$/,
  /^172\.(1[6-9]|2\d|3[01])\.\d+\.\d+$/,
  /^192\.168\.\d+\.\d+$/,
  /^100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.\d+\.\d+$/,
  /^::1(\/\d+)?$/,
  /^f[cd][0-9a-f]{2}:[0-9a-f:]*(\/\d+)?$/i,
  /^fe[89ab][0-9a-f]:[0-9a-f:]*(\/\d+)?$/i,
];

/** Whether a key is such an address, or a network of them as keys of IPv6 are: `fd00:1:2:3::/64`. */
export const isPrivateAddress = (key: string): boolean => {
  const plain = key.replace(/^::ffff:/i, '');
  return PRIVATE.some((pattern) => pattern.test(plain));
};
