// One browser that watches one job: server-sent events, item by item in the order in which they finished.
//
// The id of an event is the item's rank, 1, 2, 3, … without gaps, so that a client that comes back with the last one that it
// has (Last-Event-ID) gets all the others. The ledger is read, not the message that wakes the stream: what a lost message or a
// restart hides, the next read shows.
import type { Response } from 'express';
import type { Database } from '../shared/database.ts';
import { type JobWithItems, readItemsSince } from '../shared/ledger/read.ts';
import type { Log } from '../shared/log.ts';
import type { Hub } from './hub.ts';
import { itemView, jobSummary } from './job-view.ts';

interface StreamParts {
  database: Database;
  hub: Hub;
  log: Log;
  /** How often it looks without having been told, milliseconds. */
  rereadMs: number;
  heartbeatMs: number;
}

/** The id of the last event; a client that comes back with it has everything. */
export const LAST_EVENT = 'done';
/** How many items are read at a time. */
export const PAGE = 200;
/** Items that finish one after the other are read together. */
const GATHER_MS = 50;
const RECONNECT_MS = 2_000;

const event = (id: string | number, name: string, data: unknown): string =>
  `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`;

/** Resolves after a time, or when the signal fires. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  });

/** Writes events until the job is finished or `signal` fires. `first`: the job, and what finished after `rank`. */
export async function streamJob(
  { database, hub, log, rereadMs, heartbeatMs }: StreamParts,
  response: Response,
  first: JobWithItems,
  { rank, signal }: { rank: number; signal: AbortSignal },
): Promise<void> {
  const { id } = first.job;
  let news = new AbortController();
  const stopListening = hub.listen(id, () => news.abort());
  const heartbeat = setInterval(() => {
    if (!response.destroyed) response.write(': still here\n\n');
  }, heartbeatMs);
  response.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  response.write(`retry: ${RECONNECT_MS}\n\n`);
  try {
    let found: JobWithItems | undefined = first;
    while (!signal.aborted && !response.destroyed && found !== undefined) {
      for (const item of found.items) {
        rank = item.rank ?? rank;
        response.write(event(rank, 'item', itemView(id, item)));
      }
      if (rank >= found.job.total) {
        response.write(event(LAST_EVENT, 'done', jobSummary(found.job)));
        return;
      }
      if (response.writableNeedDrain)
        await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
      if (found.items.length < PAGE) {
        await pause(rereadMs, AbortSignal.any([signal, news.signal]));
        await pause(GATHER_MS, signal);
        news = new AbortController();
      }
      found = await readItemsSince(database, id, { rank, limit: PAGE }).catch((err: unknown) => {
        log.debug({ err, job: id }, 'an event stream waits for the database');
        return { job: first.job, items: [] };
      });
    }
  } finally {
    clearInterval(heartbeat);
    stopListening();
    if (!response.destroyed) response.end();
  }
}
