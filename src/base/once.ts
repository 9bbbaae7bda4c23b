/** A function that makes its value when it is first asked for, and keeps it. For what is costly and not always needed. */
export const once = <T>(make: () => T): (() => T) => {
  let made: {readonly value: T} | undefined;
  return () => {
    made ??= {value: make()};
    return made.value;
  };
};
