/**
 * The same text in memory of its own. What is cut out of a header or a URL keeps all of it in memory, and a client chooses how long
 * that is; as part of a key it may be remembered for long, and with it thousands of others.
 */
export const ownText = (part: string): string => Buffer.from(part).toString();
