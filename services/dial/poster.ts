// Sends one job to the front end, once, and says what became of it. Nothing is tried again: a second try would be a load that nobody asked for,
// and would hide that the first one failed.
import type { IncomingMessage } from 'node:http';

// Not imported: an import of node:http loads undici along with it (see shared/http.ts).
const { Agent, request } = process.getBuiltinModule('node:http');

export type Outcome =
  | { kind: 'accepted' }
  /** An answer, and no success. */
  | { kind: 'refused'; status: number }
  /** No answer: nobody listens, or the connection broke. */
  | { kind: 'failed'; reason: string }
  | { kind: 'timed out' };

export interface Poster {
  /** Never rejects. */
  post(body: string, idempotencyKey: string): Promise<Outcome>;
  /** Breaks off what is under way. */
  close(): void;
}

/**
 * @param target http://frontend:8080
 * @param limitMs from when it is sent to the end of the answer
 */
export function createPoster(target: string, limitMs: number): Poster {
  const jobs = new URL('/jobs', target);
  // No limit on sockets: a job that waits for one would be a job that is not sent when it is due.
  const agent = new Agent({ keepAlive: true });

  return {
    post(body, idempotencyKey) {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const sending = request(jobs, {
        agent,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'idempotency-key': idempotencyKey,
        },
      });
      const limit = setTimeout(() => {
        resolve({ kind: 'timed out' });
        sending.destroy();
      }, limitMs);
      const settle = (outcome: Outcome): void => {
        clearTimeout(limit);
        resolve(outcome);
      };
      sending.on('response', (response: IncomingMessage) => {
        const status = response.statusCode ?? 0;
        const outcome: Outcome = status >= 200 && status < 300 ? { kind: 'accepted' } : { kind: 'refused', status };
        response.on('end', () => settle(outcome));
        // After the end this changes nothing.
        response.on('close', () => settle({ kind: 'failed', reason: 'the answer broke off' }));
        response.on('error', () => {});
        response.resume();
      });
      sending.on('error', (error: NodeJS.ErrnoException) => {
        settle({ kind: 'failed', reason: error.code ?? error.message });
      });
      sending.end(body);
      return promise;
    },
    close: () => agent.destroy(),
  };
}
