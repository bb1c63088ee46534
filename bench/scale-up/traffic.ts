// Sends pictures at given times, however long they take, and reads from the ledger what became of each.
import { setTimeout as pause } from 'node:timers/promises';
import { type BenchLab, DEADLINE, ROLE } from './bench-lab.ts';

const IMAGE = { source: 'sample:tiny', width: 32, height: 32 };
const ACCEPT_LIMIT_MS = 30_000;
const DONE_LIMIT_MS = 300_000;
const READERS = 4;

/** What a picture went through at the role that is scaled. */
export interface Visit {
  replica: string;
  /** Epoch milliseconds. */
  startedAt: number;
  /** Seconds in the queue, and in hand. */
  waiting: number;
  working: number;
}

interface JobAnswer {
  id: string;
  state: string;
  items: {
    accepted_at: string;
    timings: { steps: { role: string; replica: string; waiting_seconds: number; working_seconds: number }[] };
  }[];
}

/** Sends one job of n pictures, again where the front end is not ready for it; resolves with its id when it is accepted. */
export async function sendPictures(lab: BenchLab, n: number): Promise<string> {
  const key = crypto.randomUUID();
  for (const end = Date.now() + ACCEPT_LIMIT_MS; Date.now() < end; await pause(500)) {
    const response = await fetch(`${lab.url}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ images: Array.from({ length: n }, () => IMAGE) }),
    });
    if (response.status === 202) return ((await response.json()) as JobAnswer).id;
    const said = await response.text();
    if (response.status !== 503) throw new Error(`a job was answered ${response.status}: ${said.slice(0, 300)}`);
  }
  throw new Error(`no job was accepted within ${ACCEPT_LIMIT_MS / 1000} s`);
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

/** A step begins when the steps before it are over and it has waited. */
function visitOf({ accepted_at, timings }: JobAnswer['items'][number]): Visit {
  let startedAt = Date.parse(accepted_at);
  for (const { role, replica, waiting_seconds: waiting, working_seconds: working } of timings.steps) {
    startedAt += waiting * 1000;
    if (role === ROLE) return { replica, startedAt, waiting, working };
    startedAt += working * 1000;
  }
  throw new Error(`a picture did not come by ${ROLE}`);
}

async function visitsOfJob(lab: BenchLab, id: string): Promise<Visit[]> {
  for (const end = Date.now() + DONE_LIMIT_MS; Date.now() < end; await pause(100)) {
    const job = (await (await fetch(`${lab.url}/jobs/${id}`)).json()) as JobAnswer;
    if (job.state === 'done') return job.items.map(visitOf);
  }
  throw new Error(`job ${id} was not done within ${DONE_LIMIT_MS / 1000} s`);
}

/** Of each picture, in the order of the jobs; waits until all are done. */
export async function visitsOf(lab: BenchLab, ids: readonly string[]): Promise<Visit[]> {
  const found: Visit[][] = [];
  const rest = ids.entries();
  const read = async (): Promise<void> => {
    for (const [place, id] of rest) found[place] = await visitsOfJob(lab, id);
  };
  await Promise.all(Array.from({ length: READERS }, read));
  return found.flat();
}

/** Share within the deadline, in percent. */
export function inDeadline(visits: readonly Visit[]): number {
  return (100 * visits.filter(({ waiting, working }) => waiting + working <= DEADLINE).length) / visits.length;
}
