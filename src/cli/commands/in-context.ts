import type {StatusFlags} from './status.ts';

/** The flags of the command line, with another context in place of what they say about the store. */
export const inContext = (flags: StatusFlags, name: string | undefined): StatusFlags => {
  if (name === undefined) return flags;
  const {store: _, policy: __, ...rest} = flags;
  return {...rest, context: name};
};
