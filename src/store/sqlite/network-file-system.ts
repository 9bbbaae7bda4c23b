/** File systems of a network by the number that `statfs` answers (linux/magic.h): their locks and shared memory cannot be relied on. */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB 2'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x0bd00bd0, 'Lustre'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x73757245, 'Coda'],
  [0x65735546, 'FUSE'],
]);

/** Its name; undefined: a file system of this machine. On systems other than Linux nothing is known. */
export const networkFileSystem = (
  type: number,
  platform: NodeJS.Platform = process.platform,
): string | undefined => (platform === 'linux' ? NETWORK.get(type >>> 0) : undefined);
