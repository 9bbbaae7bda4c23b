/** Whether a host is another machine: neither a loopback address nor a socket of this one. */
export const isRemoteHost = (host: string): boolean =>
  !host.startsWith('/') &&
  !/^(localhost|127(\.\d{1,3}){3}|::1|0:0:0:0:0:0:0:1|::ffff:127(\.\d{1,3}){3})$/i.test(host) &&
  !/\.localhost$/i.test(host);
