// The lock on the table of items without Docker: a session of this very process holds it, and ends with it. (PGlite runs one statement
// at a time: pg_sleep would stop its whole process, so the waiting is done here.)
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';
import { findLab } from '../running-lab.ts';
import { FREE_SECONDS, HELD_SECONDS, LOCK } from './database-fault.ts';

const CONNECT_MS = 5_000;

/** Begins at once; the answer ends it, and resolves when the database is free again. */
export function holdDatabase(how: 'lock' | 'slow'): () => Promise<void> {
  const ending = new AbortController();
  const { signal } = ending;
  const pause = (seconds?: number): Promise<void> =>
    new Promise<void>((resolve) => {
      if (signal.aborted) return resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
      if (seconds !== undefined) void wait(seconds * 1000).then(resolve);
    });

  async function hold(): Promise<void> {
    const { database } = (await (await findLab())?.addresses()) ?? {};
    const client = new Client({ connectionString: database, connectionTimeoutMillis: CONNECT_MS });
    client.on('error', () => ending.abort());
    await client.connect();
    try {
      while (!signal.aborted) {
        await client.query(`BEGIN; ${LOCK}`);
        await pause(how === 'slow' ? HELD_SECONDS : undefined);
        await client.query('ROLLBACK');
        await pause(FREE_SECONDS);
      }
    } finally {
      await client.end();
    }
  }

  const held = hold().catch((error: Error) => console.error(`the database: ${error.message}`));
  return async () => {
    ending.abort();
    await held;
  };
}
