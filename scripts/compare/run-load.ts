// One run: sends each job when it is due, whatever becomes of those before, looks at the lab each second, waits until all is finished or
// patience ends, and cancels what is left.
import { setTimeout as wait } from 'node:timers/promises';
import { startOpenLoop } from '../../services/dial/open-loop.ts';
import { forEachLimited } from '../../services/frontend/for-each-limited.ts';
import type { Term } from '../../services/scaler/deciding/types.ts';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import type { ServiceClient } from '../service-client.ts';
import type { RoleSample, Run, Sample } from './comparison.ts';
import { createFinishedJobs, type FinishedJobs } from './finished-jobs.ts';
import { backlogOf, statusOf } from './lab-state.ts';
import { isInDeadline } from './measure.ts';
import type { JobSpec, Send } from './send-job.ts';
import { createSentJobs, type SentJobs } from './sent-jobs.ts';

const LOOK_EVERY_MS = 1_000;
/** After so many looks without news all jobs are looked at: one may have overtaken others. */
const QUIET_LOOKS = 3;
/** The scaler wanted another number, or could not tell which. */
const HELD: readonly Term[] = ['saturated', 'fallback', 'fixed', 'paused', 'platform'];
const CANCELS_AT_A_TIME = 10;
const CANCEL_LIMIT_MS = 15_000;

export interface RunOptions {
  name: string;
  /** http://127.0.0.1:8080 */
  frontend: string;
  scaler: ServiceClient;
  /** Seconds from the start, in order. */
  due: readonly number[];
  job: JobSpec;
  send: Send;
  /** Seconds from due to done. */
  deadline: number;
  /** Seconds after the last arrival. */
  patience: number;
  /** Ends it: what is open is cancelled, and it rejects. */
  signal: AbortSignal;
  /** Each second. */
  onSample(sample: Sample): void;
}

/** What every role's replicas have cost so far. */
const costs = ({ roles }: ScalerStatus): Record<string, number> =>
  Object.fromEntries(roles.map(({ role, cost }) => [role, Object.values(cost).reduce((a, b) => a + b, 0)]));

function costBetween(before: ScalerStatus, after: ScalerStatus): Record<string, number> | null {
  const [from, to] = [costs(before), costs(after)];
  const spent = Object.entries(to).map(([role, cost]) => [role, cost - (from[role] ?? 0)] as const);
  // A scaler that was started anew has begun to count anew.
  return spent.some(([, cost]) => cost < 0) ? null : Object.fromEntries(spent);
}

function roleSamples({ roles }: ScalerStatus): Record<string, RoleSample> {
  const sample = (role: ScalerStatus['roles'][number]): RoleSample => {
    const { ready = 0, starting = 0, draining = 0, broken = 0 } = role.replicas ?? {};
    return {
      backlog: backlogOf(role) ?? null,
      replicas: role.replicas === undefined ? null : ready + starting + draining + broken,
    };
  };
  return Object.fromEntries(roles.map((role) => [role.role, sample(role)]));
}

function sampleOf(at: number, jobs: SentJobs, status: ScalerStatus | undefined, deadline: number): Sample {
  const fates = jobs.fates();
  return {
    at,
    arrived: fates.length,
    done: fates.filter(({ outcome }) => outcome === 'done').length,
    inDeadline: fates.filter((fate) => isInDeadline(fate, deadline)).length,
    roles: status === undefined ? {} : roleSamples(status),
  };
}

/** Of each role that does not get what it needs: why. */
const heldBack = ({ roles }: ScalerStatus): Record<string, string> =>
  Object.fromEntries(
    roles.flatMap(({ role, decision }) =>
      decision !== undefined && HELD.includes(decision.term) ? [[role, decision.sentence]] : [],
    ),
  );

/** What is open ends undone, so that the next run starts clean. */
async function cancelAll(frontend: string, ids: readonly string[]): Promise<void> {
  await forEachLimited(ids, CANCELS_AT_A_TIME, async (id) => {
    const limit = AbortSignal.timeout(CANCEL_LIMIT_MS);
    // One that was done meanwhile cannot be cancelled, which is as good.
    await fetch(`${frontend}/jobs/${id}`, { method: 'DELETE', signal: limit }).catch(() => undefined);
  });
}

/** Looks for what is finished: at the newest, and now and then at all. */
function createLooking(finished: FinishedJobs) {
  let quiet = 0;
  return async (): Promise<void> => {
    const before = finished.known.size;
    if (quiet < QUIET_LOOKS) await finished.look();
    else await finished.sweep();
    quiet = finished.known.size > before || quiet >= QUIET_LOOKS ? 0 : quiet + 1;
  };
}

/** @throws {CannotRun} where the lab cannot be reached at its beginning or its end, and what the signal gives */
export async function runLoad(options: RunOptions): Promise<Run> {
  const { name, frontend, scaler, due, job, send, deadline, patience, signal, onSample } = options;
  const before = await statusOf(scaler);
  const over = new AbortController();
  const sending = AbortSignal.any([signal, over.signal]);
  const startedAt = Date.now();
  const began = performance.now();
  const elapsed = (): number => (performance.now() - began) / 1000;
  const finished = createFinishedJobs(frontend, startedAt);
  const look = createLooking(finished);
  const jobs = createSentJobs(startedAt, finished.known);
  const samples: Sample[] = [];
  const held: Record<string, string> = {};
  const pending = new Set<Promise<void>>();

  let next = 0;
  let ended = false;
  const loop = startOpenLoop({
    startedAt: began,
    next: () => due[next++] ?? Number.POSITIVE_INFINITY,
    send(n) {
      const take = jobs.add(due[n]!);
      const sent = send(job, sending).then((answer) => take(answer, elapsed()));
      pending.add(sent);
      void sent.finally(() => pending.delete(sent));
    },
    signal,
  });
  const allSent = loop.done.finally(() => {
    ended = true;
  });
  allSent.catch(() => undefined); // waited for below

  const limit = due.at(-1)! + patience;
  let seconds = 0;
  let problem: Error | undefined;
  try {
    while (!(ended && jobs.settled()) && elapsed() < limit) {
      await wait(LOOK_EVERY_MS - ((elapsed() * 1000) % LOOK_EVERY_MS), undefined, { signal });
      // What cannot be asked just now is asked again in a second: the lab may be very busy, which is the point.
      const [status] = await Promise.all([statusOf(scaler).catch(() => undefined), look().catch(() => undefined)]);
      if (status !== undefined) Object.assign(held, heldBack(status));
      const sample = sampleOf(elapsed(), jobs, status, deadline);
      samples.push(sample);
      onSample(sample);
    }
    await allSent;
  } finally {
    seconds = elapsed();
    over.abort();
    await Promise.all(pending);
    // The last look at all jobs counts, so it has to succeed; what it cannot see is cancelled all the same.
    const swept = await finished.sweep().then(
      () => undefined,
      (error: Error) => error,
    );
    await cancelAll(frontend, jobs.open());
    problem = swept;
  }
  if (problem !== undefined) throw problem;
  const after = await statusOf(scaler);
  return {
    name,
    startedAt: new Date(startedAt).toISOString(),
    seconds,
    fates: jobs.fates(),
    samples,
    held,
    replicaSeconds: costBetween(before, after),
  };
}
