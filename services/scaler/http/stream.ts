// Sends what happens as lines of JSON, as it happens, for as long as somebody listens.
import type { ServerResponse } from 'node:http';
import type { Ring } from '../ring.ts';

/** Beyond so many bytes not yet taken, a listener misses some: the decisions and our memory do not wait for it. */
const LONGEST_BACKLOG = 1024 * 1024;
/** An empty line now and then: whoever listens knows that we are there, and we that they are. */
const SIGN_OF_LIFE_MS = 15_000;

/**
 * @param last so many of those that were before
 * @param wanted which ones; all where missing
 */
export function streamRing<T>(
  response: ServerResponse,
  ring: Ring<T>,
  { last, wanted = () => true }: { last: number; wanted?: (one: T) => boolean },
): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  response.flushHeaders();
  const write = (line: string): void => {
    if (response.writableLength <= LONGEST_BACKLOG) response.write(`${line}\n`);
  };
  const before = ring.last().filter(wanted);
  for (const one of last === 0 ? [] : before.slice(-last)) write(JSON.stringify(one));
  const stop = ring.listen((one) => {
    if (wanted(one)) write(JSON.stringify(one));
  });
  const alive = setInterval(() => write(''), SIGN_OF_LIFE_MS);
  alive.unref();
  response.on('close', () => {
    stop();
    clearInterval(alive);
  });
}
