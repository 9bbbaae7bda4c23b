/**
 * What a JSON text of a store says. Whoever may write to the store may have written something else there: undefined, which no JSON
 * says, so that one broken document or entry does not hide all others. Readers check the value anyway.
 */
export const storedJson = (text: string | undefined): unknown => {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
