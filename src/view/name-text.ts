/** A key or name as it is called in a view: one that a reader could not see is put in quotes. */
export const nameText = (name: string): string => (name.trim() === '' ? `"${name}"` : name);
