// The thread in which one's own policy runs: loads the file, and answers one question after the other.
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { ThreadMessage } from './own-policy-file.ts';

const say = (message: ThreadMessage): void => parentPort?.postMessage(message);
const LONGEST_REASON = 300;

/** What can be sent on; anything else is shown as text. */
function plain(answer: unknown): unknown {
  if (typeof answer === 'function' || typeof answer === 'symbol') return String(answer);
  if (typeof answer !== 'object' || answer === null) return answer;
  const { replicas, reason } = answer as Record<string, unknown>;
  return {
    ...('replicas' in answer && { replicas: typeof replicas === 'object' ? String(replicas) : plain(replicas) }),
    ...(reason === undefined ? {} : { reason: String(reason).slice(0, LONGEST_REASON) }),
  };
}

const textOf = (error: unknown): string => String(error instanceof Error ? error.message : error).slice(0, 500);

async function load(): Promise<(situation: unknown, settings: unknown) => unknown> {
  const { path } = workerData as { path: string };
  const loaded = (await import(pathToFileURL(path).href)) as { default?: unknown };
  if (typeof loaded.default !== 'function') throw new Error('a function as its default export was expected');
  return loaded.default as (situation: unknown, settings: unknown) => unknown;
}

load().then(
  (policy) => {
    say({ loaded: true });
    parentPort?.on(
      'message',
      async ({ id, situation, settings }: { id: number; situation: unknown; settings: unknown }) => {
        try {
          say({ id, answer: plain(await policy(situation, settings)) });
        } catch (error) {
          say({ id, problem: `failed: ${textOf(error)}` });
        }
      },
    );
  },
  (error: unknown) => say({ problem: `cannot be loaded: ${textOf(error)}` }),
);
