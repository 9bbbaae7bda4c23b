import type {Documents} from './port.ts';

export const INSTANCE_KIND = 'instance';

/** A running process, as the store keeps it until three heartbeats after its last sign of life. */
export interface Instance {
  /** `host:pid:random`. */
  readonly id: string;
  readonly host: string;
  readonly pid: number;
  /** `token-manager`, … */
  readonly role: string;
  /** µs of the store's clock. */
  readonly startedAt: number;
  readonly seenAt: number;
}

/** The processes that gave a sign of life, by id. */
export const listInstances = async (store: Pick<Documents, 'list'>): Promise<readonly Instance[]> => {
  const documents = await store.list(INSTANCE_KIND);
  return documents.flatMap(({id, value}) => {
    const {host, pid, role, startedAt, seenAt} = (value ?? {}) as Partial<Instance>;
    return typeof host === 'string' && typeof startedAt === 'number' && typeof seenAt === 'number'
      ? [{id, host, pid: pid ?? 0, role: role ?? '', startedAt, seenAt}]
      : [];
  });
};
