import type {Documents} from './port.ts';

/** Kind of the documents; the id is the office. */
export const LEADER_KIND = 'leader';

/** Who leads, as the store keeps it. Instants are µs of the store's clock. */
export interface Lead {
  readonly holder: string;
  /** Grows with every new leader. */
  readonly fencing: number;
  readonly since: number;
  readonly until: number;
}

/** Who leads an office; undefined when nobody ever did, or what is there is none of ours. */
export const readLead = async (
  store: Pick<Documents, 'get'>,
  office: string,
): Promise<{readonly lead: Lead; readonly version: number} | undefined> => {
  const document = await store.get(LEADER_KIND, office);
  const value = document?.value as Partial<Lead> | undefined;
  if (document === undefined) return undefined;
  const {holder, fencing, since, until} = value ?? {};
  const lead =
    typeof holder === 'string' &&
    typeof fencing === 'number' &&
    typeof since === 'number' &&
    typeof until === 'number'
      ? {holder, fencing, since, until}
      : {holder: '', fencing: 0, since: 0, until: 0};
  return {lead, version: document.version};
};
