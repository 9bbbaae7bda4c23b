import type {StoreOptions, StoreTarget} from '../store-target.ts';

/** Asks a server how much CPU time it has used since it started. */
export interface ServerMeter {
  /** µs of CPU time, of all primaries; undefined: the server does not tell. Never rejects. */
  cpu(): Promise<number | undefined>;
  close(): Promise<void>;
}

const SILENT: ServerMeter = {cpu: async () => undefined, close: async () => undefined};

/** Only Redis tells (INFO, `used_cpu_sys` and `used_cpu_user`); a user who may not ask learns nothing. */
export const openServerMeter = async (
  target: StoreTarget,
  options: Pick<StoreOptions, 'timeoutMs'>,
): Promise<ServerMeter> => {
  if (target.kind !== 'redis') return SILENT;
  const {RedisConnection} = await import('../redis/redis-connection.ts');
  const connection = await RedisConnection.open(target, {
    ...options,
    access: 'read',
    connection: 'reconnect',
    clientName: 'ratectl',
  });
  return {
    async cpu() {
      try {
        const told = await Promise.all(
          connection.primaries().map(async (server) => {
            const [text] = await connection.many([['info', 'cpu']], server);
            return text instanceof Error ? undefined : usedBy(String(text));
          }),
        );
        return told.reduce<number | undefined>(
          (sum, one) => (sum === undefined || one === undefined ? undefined : sum + one),
          0,
        );
      } catch {
        return undefined;
      }
    },
    close: () => connection.close(),
  };
};

const usedBy = (info: string): number | undefined => {
  const sys = /^used_cpu_sys:([\d.]+)/m.exec(info)?.[1];
  const user = /^used_cpu_user:([\d.]+)/m.exec(info)?.[1];
  return sys === undefined || user === undefined ? undefined : Math.round((Number(sys) + Number(user)) * 1e6);
};
