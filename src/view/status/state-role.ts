import type {Role} from '../colour.ts';
import type {StatusState} from '../model/status-report.ts';

const ROLES: Readonly<Record<StatusState, Role>> = {
  blocked: 'bad',
  limited: 'bad',
  'shadow-limited': 'warn',
  near: 'warn',
  ok: 'good',
  exempt: 'dim',
  unknown: 'dim',
};

export const stateRole = (state: StatusState): Role => ROLES[state];
