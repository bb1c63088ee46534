// Whether a job was accepted under an Idempotency-Key.
import type { Database } from '../database.ts';

/** True where there is such a job, whatever it asked for. */
export async function hasKey(database: Database, idempotencyKey: string): Promise<boolean> {
  const found = await database.query('SELECT id FROM jobs WHERE idempotency_key = $1', [idempotencyKey]);
  return found.length > 0;
}
