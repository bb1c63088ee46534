// One's own policy in a file: it runs in a thread of its own, which is ended where it hangs, and begun anew when the file has changed.
//
//   absent --(the file is there)--> loading --> loaded --(the file changed)--> loading
//                                      |           |
//                                      +--(failed, hung, ended)--> broken --(the file changed, or 30 s later)--> loading
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RoleSettings } from '../../shared/guv/settings.ts';
import { readWish } from '../deciding/read-wish.ts';
import type { Situation } from '../deciding/types.ts';
import { type AskedPolicy, answerLimitMs, type Outcome, problemText } from './own-policy.ts';

const ANSWER_MS = 1_000;
const LOAD_MS = 15_000;
/** A policy that hangs takes a core: it is not tried at every poll. */
const TRY_AGAIN_MS = 30_000;
const MEMORY_MB = 64;

/** What the thread says. */
export type ThreadMessage = { loaded: true } | { id: number; answer: unknown } | { id?: number; problem: string };

interface Thread {
  version: string;
  begunAt: number;
  /** What it is worth: undefined while it loads and runs well. */
  broken?: string;
  loaded: boolean;
  ask(situation: Situation, settings: RoleSettings, limitMs: number): Promise<Outcome>;
  end(): Promise<void>;
}

export function filePolicy(folder: string, name: string): AskedPolicy {
  const path = join(folder, `${name}.ts`);
  let thread: Thread | undefined;

  /** Changes when the file does; undefined where there is none. */
  async function versionOf(): Promise<string | undefined> {
    try {
      const { mtimeMs, size, ino } = await stat(path);
      return `${mtimeMs} ${size} ${ino}`;
    } catch {
      return undefined;
    }
  }

  async function end(): Promise<void> {
    const ending = thread;
    thread = undefined;
    await ending?.end();
  }

  return {
    async ask(situation, settings) {
      const version = await versionOf();
      if (version === undefined) {
        await end();
        return { problem: `is not there: ${name}.ts was expected in the folder policies` };
      }
      const waited = thread === undefined ? 0 : Date.now() - thread.begunAt;
      if (thread?.version !== version || (thread.broken !== undefined && waited > TRY_AGAIN_MS)) {
        await end();
        thread = beginThread(path, version);
      }
      const begun = thread as Thread;
      if (begun.broken !== undefined) return { problem: begun.broken };
      return begun.ask(situation, settings, answerLimitMs(settings, ANSWER_MS));
    },
    close: end,
  };
}

function beginThread(path: string, version: string): Thread {
  const worker = new Worker(new URL('./own-policy-thread.ts', import.meta.url), {
    workerData: { path },
    env: {}, // the lab's secrets are none of its business
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MB },
  });
  worker.unref();
  let count = 0;
  let waiting: { id: number; resolve: (outcome: Outcome) => void } | undefined;

  function answer(outcome: Outcome): void {
    waiting?.resolve(outcome);
    waiting = undefined;
  }

  function fail(problem: string): void {
    thread.broken ??= problem;
    answer({ problem: thread.broken });
    clearTimeout(loading);
    void worker.terminate();
  }

  const loading = setTimeout(() => fail(`was not loaded within ${LOAD_MS / 1_000} s`), LOAD_MS);
  loading.unref();
  worker.on('message', (message: ThreadMessage) => {
    if ('loaded' in message) {
      thread.loaded = true;
      clearTimeout(loading);
    } else if ('problem' in message && message.id === undefined) fail(problemText(message.problem));
    else if (message.id === waiting?.id) {
      if ('problem' in message) answer({ problem: problemText(message.problem) });
      else {
        const read = readWish(message.answer);
        answer('wish' in read ? read.wish : read);
      }
    }
  });
  worker.on('error', (error) => fail(`failed: ${problemText(error)}`));
  worker.on('exit', () => fail('ended its thread'));

  const thread: Thread = {
    version,
    begunAt: Date.now(),
    loaded: false,
    ask(situation, settings, limitMs) {
      count += 1;
      const id = count;
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      waiting = { id, resolve };
      worker.postMessage({ id, situation, settings });
      const limit = setTimeout(() => {
        if (waiting?.id !== id) return;
        if (thread.loaded) fail(`did not answer within ${limitMs / 1_000} s`);
        else answer({ problem: 'is still being loaded' });
      }, limitMs);
      return promise.finally(() => clearTimeout(limit));
    },
    async end() {
      fail('was ended');
      await worker.terminate();
    },
  };
  return thread;
}
