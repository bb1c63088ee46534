// Data as clients are shown them: people look at them, so what is long is cut, and what is large is only named.

/** Bytes of a message's body. */
const LARGEST = 64 * 1024;
/** Characters of one string. */
const LONGEST_TEXT = 2_000;
/** What is nested deeper would break the reader, or JSON itself. */
const DEEPEST = 50;

function cut(value: unknown, depth: number): unknown {
  if (typeof value === 'string') {
    return value.length <= LONGEST_TEXT ? value : `${value.slice(0, LONGEST_TEXT)}… [${value.length} characters]`;
  }
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= DEEPEST) return '[…]';
  if (Array.isArray(value)) return value.map((one) => cut(one, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, cut(one, depth + 1)]));
}

/** @param size bytes of the body that the data came in */
export function shownData(data: unknown, size: number): unknown {
  if (size > LARGEST || data === undefined) return `[${size} bytes]`;
  return cut(data, 0);
}
