import type {Instance} from '../../store/instance-document.ts';
import type {Lead} from '../../store/lead-document.ts';
import type {StatusInstance, StatusLeader} from '../../view/model/status-sections.ts';
import {clampedInstant} from './clamped-instant.ts';

/** Who leads now; null: the last lead is over, or there never was one. */
export const statusLeader = (lead: Lead | undefined, now: number): StatusLeader | null =>
  lead === undefined || lead.until <= now
    ? null
    : {
        instance: lead.holder,
        fencing: lead.fencing,
        since: clampedInstant(lead.since),
        until: clampedInstant(lead.until),
      };

export const statusInstance = (
  {id, host, pid, role, startedAt, seenAt}: Instance,
  leader: StatusLeader | null,
): StatusInstance => ({
  id,
  host,
  // Anybody who may write to the store may have written it.
  pid: Number.isSafeInteger(pid) ? pid : 0,
  role: typeof role === 'string' ? role : '',
  startedAt: clampedInstant(startedAt),
  seenAt: clampedInstant(seenAt),
  leads: leader?.instance === id,
});
