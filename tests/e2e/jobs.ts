// Sends jobs to a lab under test as its users do, over HTTP, and checks what came of them.
import assert from 'node:assert/strict';
import { eventually } from '../helpers/eventually.ts';
import type { LabUnderTest } from './lab-under-test.ts';

export interface JobView {
  id: string;
  state: 'queued' | 'running' | 'done' | 'cancelled';
  counts: { total: number; done: number; failed: number; cancelled: number };
  items: {
    index: number;
    state: string;
    caption?: { text: string } | null;
    error?: { code: string; reason: string } | null;
    attempts: number;
    worker?: string | null;
    timings: { steps: { role: string; replica: string }[] };
    links: { result?: string };
  }[];
}

const image = { source: 'sample:tiny', width: 64, height: 48 };

/** Sends one job of n images; sends again, with the same Idempotency-Key, where the service says that it is away. */
export async function sendJob(lab: LabUnderTest, n: number, source = image.source): Promise<string> {
  const key = crypto.randomUUID();
  return eventually(`a job of ${n} images is accepted`, async () => {
    const response = await fetch(`${lab.url}/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ images: Array.from({ length: n }, () => ({ ...image, source })) }),
      signal: AbortSignal.timeout(10_000),
    });
    const body = (await response.json()) as { id: string };
    if (response.status === 503) return undefined;
    assert.equal(response.status, 202, JSON.stringify(body));
    return body.id;
  });
}

export async function readJob(lab: LabUnderTest, id: string): Promise<JobView> {
  const response = await fetch(`${lab.url}/jobs/${id}`, { signal: AbortSignal.timeout(10_000) });
  assert.equal(response.status, 200);
  return (await response.json()) as JobView;
}

/** Waits until every item of the job has its result. */
export function jobDone(lab: LabUnderTest, id: string, withinMs = 120_000): Promise<JobView> {
  return eventually(
    `job ${id} is done`,
    async () => {
      const job = await readJob(lab, id);
      return job.state === 'done' && job;
    },
    { withinMs, everyMs: 100 },
  );
}

/** Every item done, none failed, each once, each with its picture, and with a caption unless its way may have led around that. */
export async function assertAllDone(lab: LabUnderTest, job: JobView, { captions = true } = {}): Promise<void> {
  const { total, done, failed, cancelled } = job.counts;
  assert.deepEqual(
    { done, failed, cancelled },
    { done: total, failed: 0, cancelled: 0 },
    JSON.stringify(job.items.filter((item) => item.error).slice(0, 5)),
  );
  assert.deepEqual(
    job.items.map(({ index }) => index),
    Array.from({ length: total }, (_, index) => index),
  );
  assert.ok(job.items.every((item) => item.state === 'done' && (item.caption || !captions)));
  const picture = await fetch(new URL(job.items[0]!.links.result!, lab.url));
  assert.equal(picture.status, 200);
  assert.match(picture.headers.get('content-type') ?? '', /^image\//);
  assert.ok((await picture.arrayBuffer()).byteLength > 0);
}
