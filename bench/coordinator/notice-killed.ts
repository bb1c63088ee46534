// How soon it is known that a replica was killed: from SIGKILL of a worker's process until the coordinator says so. Of this the broker takes
// some milliseconds; the rest is the wait until the coordinator asks it the next time, once a second.
import { setTimeout as pause } from 'node:timers/promises';
import { startWorkerProcess } from '../../tests/helpers/participant-process.ts';
import { undoStack } from '../../tests/helpers/undo.ts';
import { startCoordinator } from './coordinator-process.ts';

const ROUNDS = 10;
const ASK_EVERY_MS = 10;
const LIMIT_MS = 15_000;

interface Replica {
  state: string;
  /** When the broker last showed its connection. */
  seenAt?: number;
}

/** Milliseconds, one for each round. */
export async function measureNoticeKilled(
  broker: { url: string; managementUrl: string },
  progress: (line: string) => void,
): Promise<number[]> {
  const undo = Promise.withResolvers<() => Promise<void>>();
  const t = undoStack({ after: (run) => undo.resolve(run) });
  const noticed: number[] = [];
  try {
    const coordinator = await startCoordinator(broker, 'worker(Worker) OUT -> IN worker\n');
    t.after(() => coordinator.end());
    const until = async (what: string, holds: (all: readonly Replica[]) => boolean): Promise<void> => {
      for (const end = Date.now() + LIMIT_MS; Date.now() < end; await pause(ASK_EVERY_MS)) {
        const answer = await coordinator
          .ask<{ participants: Replica[] }>('GET', '/participants')
          .catch(() => undefined); // it is starting
        if (answer !== undefined && holds(answer.participants)) return;
      }
      throw new Error(`not within ${LIMIT_MS / 1000} s: ${what}`);
    };
    // One that dies before the broker was asked for the first time is missed by its silence only.
    const isSeen = ({ state, seenAt }: Replica): boolean => state === 'up' && seenAt !== undefined;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const worker = startWorkerProcess(t, broker.url);
      await worker.ready;
      await until('a replica is seen', (all) => all.some(isSeen));
      await pause(Math.random() * 1_000); // workers die at any moment between two looks
      const killedAt = performance.now();
      worker.signal('SIGKILL');
      await until('it is gone', (all) => all.every(({ state }) => state === 'gone'));
      noticed.push(performance.now() - killedAt);
      progress(`round ${round}: known after ${noticed.at(-1)!.toFixed(0)} ms`);
      await worker.ended;
    }
    return noticed;
  } finally {
    await (await undo.promise)();
  }
}
