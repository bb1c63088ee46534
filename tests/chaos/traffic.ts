// Clients that go on through any fault: a job is sent again with its Idempotency-Key until it is answered 202, as README.md tells them to.
import { setTimeout as pause } from 'node:timers/promises';

const ANSWER_LIMIT_MS = 5_000;
/** As the service's Retry-After says, or after this where there was no answer at all. */
const AGAIN_SECONDS = 1;
/** Then a client gives up, and the test fails. */
const GIVE_UP_MS = 180_000;

export interface SentJob {
  key: string;
  /** Every id that the service gave to this key; more than one is a broken promise. */
  ids: Set<string>;
  images: number;
  /** How often it was sent until it was accepted. */
  tries: number;
}

export interface Traffic {
  /** Accepted so far. */
  readonly jobs: readonly SentJob[];
  /** Sends no more new ones; resolves when every one that was begun is accepted. @throws where one could not be */
  stop(): Promise<readonly SentJob[]>;
  /** The same when as many as were asked for have been begun. */
  all(): Promise<readonly SentJob[]>;
}

const image = { source: 'sample:tiny', width: 64, height: 48 };

/** What came of one try: the job's id, or in how many seconds it has to be sent again. */
type Answer = { id: string } | { againInSeconds: number };

/** @throws where the service says that it will never take it */
async function submit(url: string, key: string, images: number): Promise<Answer> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${url}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ images: Array.from({ length: images }, () => image) }),
      signal: AbortSignal.timeout(ANSWER_LIMIT_MS),
    });
    text = await response.text();
  } catch {
    return { againInSeconds: AGAIN_SECONDS }; // cut off, perhaps after it was stored: the key tells
  }
  if (response.status === 202) return { id: (JSON.parse(text) as { id: string }).id };
  if (response.status === 503) return { againInSeconds: Number(response.headers.get('retry-after') ?? AGAIN_SECONDS) };
  throw new Error(`a job was answered ${response.status}: ${text.slice(0, 500)}`);
}

/** Sends one job until it is accepted. */
export async function sendSurely(url: string, images: number, key: string = crypto.randomUUID()): Promise<SentJob> {
  const end = Date.now() + GIVE_UP_MS;
  for (let tries = 1; Date.now() < end; tries += 1) {
    const answer = await submit(url, key, images);
    if ('id' in answer) return { key, ids: new Set([answer.id]), images, tries };
    await pause(answer.againInSeconds * 1000);
  }
  throw new Error(`no job was accepted within ${GIVE_UP_MS / 1000} s`);
}

/** Sends every job once more; the id that comes must be the one that came before, and is added to its ids. */
export async function sendAllAgain(url: string, jobs: readonly SentJob[]): Promise<void> {
  for (const { key, images, ids } of jobs) {
    for (const id of (await sendSurely(url, images, key)).ids) ids.add(id);
  }
}

/** Begins a job of `images` images every so often, `most` of them, however the ones before it fare. */
export function startTraffic(
  url: string,
  { everyMs = 250, images = 4, most = Number.POSITIVE_INFINITY } = {},
): Traffic {
  const jobs: SentJob[] = [];
  const begun: Promise<unknown>[] = [];
  const failures: unknown[] = [];
  const stopped = Promise.withResolvers<void>();
  const stop = (): void => {
    clearInterval(timer);
    stopped.resolve();
  };
  const timer = setInterval(() => {
    const sent = sendSurely(url, images).then(
      (job) => jobs.push(job),
      (error: unknown) => failures.push(error),
    );
    if (begun.push(sent) >= most) stop();
  }, everyMs);

  const all = async (): Promise<readonly SentJob[]> => {
    await stopped.promise;
    await Promise.all(begun);
    if (failures.length > 0) throw new AggregateError(failures, `${failures.length} jobs were not accepted`);
    return jobs;
  };
  return {
    jobs,
    all,
    stop() {
      stop();
      return all();
    },
  };
}
