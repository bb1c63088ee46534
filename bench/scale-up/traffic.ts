// Sends pictures at given times, however long they take, and reads from the ledger what became of each.
import { setTimeout as pause } from 'node:timers/promises';
import type { Step } from '../../services/shared/messaging/types.ts';
import { type BenchLab, DEADLINE, ROLE } from './bench-lab.ts';

const IMAGE = { source: 'sample:tiny', width: 32, height: 32 };
const DONE_LIMIT_MS = 300_000;
const READERS = 4;

interface JobAnswer {
  id: string;
  state: string;
  items: { timings: { steps: Step[] } }[];
}

/** Sends one job of n pictures; resolves with its id when it is accepted. */
export async function sendPictures(lab: BenchLab, n: number): Promise<string> {
  const response = await fetch(`${lab.url}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ images: Array.from({ length: n }, () => IMAGE) }),
  });
  if (response.status !== 202) throw new Error(`a job was answered ${response.status}`);
  return ((await response.json()) as JobAnswer).id;
}

/** Sends a picture at each of these times (seconds from now); resolves with the ids of their jobs when the last is accepted. */
export async function sendAt(lab: BenchLab, times: readonly number[]): Promise<string[]> {
  const begun = performance.now();
  const sent: Promise<string>[] = [];
  for (const time of times) {
    const wait = time * 1000 - (performance.now() - begun);
    if (wait > 0) await pause(wait);
    sent.push(sendPictures(lab, 1));
  }
  return Promise.all(sent);
}

async function doneSteps(lab: BenchLab, id: string): Promise<Step[]> {
  for (const end = Date.now() + DONE_LIMIT_MS; Date.now() < end; await pause(100)) {
    const job = (await (await fetch(`${lab.url}/jobs/${id}`)).json()) as JobAnswer;
    if (job.state === 'done') {
      return job.items.flatMap(({ timings }) => timings.steps.filter(({ role }) => role === ROLE));
    }
  }
  throw new Error(`job ${id} was not done within ${DONE_LIMIT_MS / 1000} s`);
}

/** The time that each picture spent at the role that is scaled, in the order of the jobs; waits until all are done. */
export async function stepsOf(lab: BenchLab, ids: readonly string[]): Promise<Step[]> {
  const found: Step[][] = [];
  const rest = ids.entries();
  const read = async (): Promise<void> => {
    for (const [place, id] of rest) found[place] = await doneSteps(lab, id);
  };
  await Promise.all(Array.from({ length: READERS }, read));
  return found.flat();
}

/** Seconds from the queue to done. */
export const secondsOf = ({ queuedAt, startedAt, finishedAt }: Step): number =>
  (finishedAt - (queuedAt ?? startedAt)) / 1000;

/** Share within the deadline, in percent. */
export function inDeadline(steps: readonly Step[]): number {
  return (100 * steps.filter((step) => secondsOf(step) <= DEADLINE).length) / steps.length;
}
