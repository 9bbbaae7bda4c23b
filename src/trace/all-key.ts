/** The key of every request of a trace that has neither keys nor client addresses. */
export const ALL_KEY: Uint8Array = new TextEncoder().encode('all');

export const ALL_KEY_NOTE = 'no key or client address: every request belongs to the key "all"';
