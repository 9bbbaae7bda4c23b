import {ownText} from './own-text.ts';

/**
 * The path of a request target in one spelling, so that a limit on a path cannot be stepped around by another way to write it:
 * without query, dot segments resolved, `\` as `/`, percent-encoded letters and digits decoded (RFC 3986 6.2.2):
 * `/a/../%6cogin?x` → `/login`. What routers may treat as equal beyond that (case, a slash at the end, `//`) is left as it is.
 */
export const requestPath = (target: string): string => {
  const absolute = target.startsWith('/') ? `http://h${target}` : target;
  if (!URL.canParse(absolute)) return ownText(target.split(/[?#]/, 1)[0]!);
  const path = new URL(absolute).pathname.replace(ENCODED, (encoded) => {
    const char = String.fromCharCode(Number.parseInt(encoded.slice(1), 16));
    return UNRESERVED.test(char) ? char : encoded.toUpperCase();
  });
  return ownText(path);
};

/** The value of a query parameter that is there exactly once. */
export const queryValue = (target: string, name: string): string | undefined => {
  const [withoutFragment = ''] = target.split('#', 1);
  const start = withoutFragment.indexOf('?');
  if (start < 0) return undefined;
  const values = new URLSearchParams(withoutFragment.slice(start)).getAll(name);
  return values.length === 1 ? ownText(values[0]!) : undefined;
};

const ENCODED = /%[0-9a-f]{2}/gi;
const UNRESERVED = /[\w.~-]/;
