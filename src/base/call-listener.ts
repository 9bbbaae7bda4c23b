/**
 * Calls a function of the user, if there is one: what it throws, or rejects with, must not break what it is told of.
 * `failed` is told instead.
 */
export const callListener = <Args extends readonly unknown[]>(
  listener: ((...args: Args) => unknown) | undefined,
  args: Args,
  failed: () => void = () => undefined,
): void => {
  try {
    const result = listener?.(...args);
    if (result instanceof Promise) result.catch(failed);
  } catch {
    failed();
  }
};
