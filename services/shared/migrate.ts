// Brings the database's tables up to date from the numbered SQL files, also when several processes start at once.
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Database, databaseProblem } from './database.ts';
import type { Log } from './log.ts';

const folder = new URL('./migrations/', import.meta.url);

/** Any number, the same in every process: who holds this lock migrates. */
const LOCK = 7_305_142;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

/** Applies what is missing, all of it or nothing, and returns the names of the files applied. */
async function applyMissing(database: Database): Promise<string[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  return database.transaction(async (query) => {
    // Held until the transaction ends, however it ends; the others wait here, and then find nothing to do.
    await query(`SELECT pg_advisory_xact_lock(${LOCK})`);
    await query(
      'CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now())',
    );
    const applied = new Set((await query<{ name: string }>('SELECT name FROM migrations')).map((row) => row.name));
    const missing = files.filter((name) => !applied.has(name));
    for (const name of missing) {
      await query(await readFile(new URL(name, folder), 'utf8'));
      await query('INSERT INTO migrations (name) VALUES ($1)', [name]);
    }
    return missing;
  });
}

/**
 * Applies the missing migrations; waits and tries again for as long as the database is away.
 * @throws the database's error where a migration itself is wrong, and an AbortError when `signal` fires.
 */
export async function migrate(database: Database, { log, signal }: { log: Log; signal?: AbortSignal }): Promise<void> {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS)) {
    try {
      const applied = await applyMissing(database);
      if (applied.length > 0) log.info({ applied }, 'the database was brought up to date');
      return;
    } catch (error) {
      signal?.throwIfAborted();
      const problem = databaseProblem(error);
      if (problem === undefined) throw error;
      log.warn({ reason: String(problem.cause), waitMs }, 'waiting for the database');
      await delay(waitMs, undefined, { signal });
    }
  }
}
