// `./lab tap --filter`: which messages are meant.
import { CannotRun } from './command.ts';

/** A line of the coordinator's answer. */
export interface TapLine {
  /** Epoch milliseconds. */
  at: number;
  /** Bytes. */
  size: number;
  item: string;
  job?: string;
  attempt: number;
  /** Others passed unheard before this one. */
  sampled: boolean;
  /** Missing where it is too large. */
  data?: unknown;
}

export type Wanted = (line: TapLine) => boolean;

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** What stands at `a.b.0` in data. */
function at(data: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((within, key) => (isMap(within) && Object.hasOwn(within, key) ? within[key] : undefined), data);
}

/**
 * `job=abc`, `attempt=2`, `image.width=320`: item, job, attempt or a place in the data equals it. Any other text: it stands in the data, or in
 * the item's or the job's id. @throws {CannotRun}
 */
export function readFilter(text: string): Wanted {
  if (text === '') throw new CannotRun('--filter must be a text, or path=value such as job=0199c0de');
  const [, path, value] = /^([\w-]+(?:\.[\w-]+)*)=(.*)$/s.exec(text) ?? [];
  if (path === undefined || value === undefined) {
    return ({ item, job, data }) => [item, job, JSON.stringify(data)].some((one) => one?.includes(text));
  }
  const equals = (found: unknown): boolean =>
    found !== undefined && (typeof found === 'string' ? found : JSON.stringify(found)) === value;
  return (line) => {
    const beside = path === 'item' || path === 'job' || path === 'attempt' ? line[path] : undefined;
    return equals(beside) || equals(at(line.data, path));
  };
}
