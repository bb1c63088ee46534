// Ten times as much work as the lab can do, sent at its own pace and not repeated: what the front end takes is what it can keep.
//
// The bottleneck is chosen so that its rate is known on any machine: two replicas of caption, one picture at a time each, and a vendor
// that takes half a second.
import { setTimeout as pause } from 'node:timers/promises';
import type { JobView } from '../../services/frontend/job-view.ts';
import { eventually } from '../helpers/eventually.ts';
import type { ChaosLab } from './chaos-lab.ts';

const VENDOR_MS = 500;
const CAPACITY = 4;
const TIMES = 10;
const SECONDS = 30;
const DEADLINE_SECONDS = 15;
/** Before, so many at half the capacity: what is measured is known then. */
const CALM_JOBS = 30;

/** What `overload` sets, as it is where nobody sets it. */
export const AS_USUAL = { ADMISSION: 'off', VENDOR_LATENCY_MS: '150', CAPTION_CONCURRENCY: '8', CAPTION_PREFETCH: '8' };

const GUV = `
"*": { minimum: 1, boot: 3, deadline: ${DEADLINE_SECONDS} }
resize: { queue: resize.IN, processing: 0.2, concurrency: 2, minimum: 3, maximum: 3 }
caption: { queue: caption.IN, processing: ${VENDOR_MS / 1000}, concurrency: 1, minimum: 2, maximum: 2 }
store: { queue: store.IN, processing: 0.2, concurrency: 200, minimum: 2, maximum: 2 }
`;

export interface Overload {
  accepted: number;
  refused: number;
  /** Of the accepted. */
  inDeadline: number;
}

/** The job's id, or undefined where it was refused, politely: 503 and when to come again. */
async function offer(url: string): Promise<string | undefined> {
  const response = await fetch(`${url}/jobs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      images: [{ source: 'sample:tiny', width: 64, height: 48 }],
      deadline_seconds: DEADLINE_SECONDS,
    }),
  });
  const text = await response.text();
  if (response.status === 202) return (JSON.parse(text) as { id: string }).id;
  if (response.status === 503 && Number(response.headers.get('retry-after')) > 0) return undefined;
  throw new Error(`a job was answered ${response.status}: ${text.slice(0, 500)}`);
}

/** Offers jobs of one image at a rate, each when it is due; resolves when all are answered. */
async function offerAt(url: string, perSecond: number, jobs: number): Promise<(string | undefined)[]> {
  const begun = performance.now();
  const offered: Promise<string | undefined>[] = [];
  for (let n = 0; n < jobs; n += 1) {
    await pause(Math.max(0, begun + (n * 1000) / perSecond - performance.now()));
    const one = offer(url);
    one.catch(() => undefined); // said below
    offered.push(one);
  }
  return Promise.all(offered);
}

/** Waits until every image of a job has come to its end. */
export function finished(url: string, id: string): Promise<JobView> {
  return eventually(
    `job ${id} is done`,
    async () => {
      const job = (await (await fetch(`${url}/jobs/${id}`)).json()) as JobView;
      return job.finished_at !== null && job;
    },
    { withinMs: 120_000, everyMs: 200 },
  );
}

export async function overload(lab: ChaosLab): Promise<Overload> {
  await lab.setGuv(GUV);
  await lab.up({
    ADMISSION: 'deadline',
    VENDOR_LATENCY_MS: String(VENDOR_MS),
    CAPTION_CONCURRENCY: '1',
    CAPTION_PREFETCH: '1',
  });
  await offerAt(lab.url, CAPACITY / 2, CALM_JOBS);
  const answers = await offerAt(lab.url, CAPACITY * TIMES, CAPACITY * TIMES * SECONDS);
  const ids = answers.filter((id) => id !== undefined);
  let inDeadline = 0;
  for (const id of ids) {
    const { deadline, counts } = await finished(lab.url, id);
    if (deadline?.met === true && counts.done === 1) inDeadline += 1;
  }
  return { accepted: ids.length, refused: answers.length - ids.length, inDeadline };
}
