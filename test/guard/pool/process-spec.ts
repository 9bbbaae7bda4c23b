import {MS, S} from '../../support/instants.ts';

/** The pool that processes of a test share. */
export const PROCESS_SPEC = {name: 'shared', max: 10, queue: 200, wait: 60 * S, lease: 3_300 * MS};
