// Empties the ledger, by the database itself: no service can be asked to forget what it has promised.
import { Client } from 'pg';
import { CannotRun } from '../command.ts';
import { must } from '../docker-lab.ts';
import type { RunningLab } from '../lab-view.ts';

/**
 * Statements in hand are waited for, not longer than that. Sent as one, the two are a transaction: without Docker all clients share one
 * session, and the limit must not stay in it.
 */
const EMPTY = "SET LOCAL lock_timeout = '5s'; TRUNCATE jobs, items, results";
const CONNECT_MS = 5_000;
/** It has met a statement that locks in another order, and lost; or waited for one too long. */
const LOCKED = ['40P01', '55P03'];

async function directly(database: string): Promise<void> {
  const client = new Client({ connectionString: database, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(EMPTY);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const inContainer = (): Promise<void> =>
  must('compose', 'exec', '-T', 'postgres', 'psql', '-qU', 'lab', '-d', 'lab', '-c', EMPTY);

/** @param database without Docker: its address @throws {CannotRun} */
export async function emptyLedger({ mode }: Pick<RunningLab, 'mode'>, database: string | undefined): Promise<void> {
  // Why it has failed only psql's words for people tell.
  if (mode === 'docker') return inContainer().catch(inContainer);
  if (database === undefined) throw new CannotRun('the database is not running; ./lab up postgres starts it');
  const fail = (error: Error): never => {
    throw new CannotRun(`the ledger cannot be emptied: ${error.message}`);
  };
  await directly(database)
    .catch((error: Error & { code?: string }) => {
      if (!LOCKED.includes(error.code ?? '')) throw error;
      return directly(database);
    })
    .catch(fail);
}
