// The database of the no-Docker mode: many clients on one session, none of which sees the others' halves.
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Client, Pool } from 'pg';
import { type RunningPostgres, startPostgres } from '../../scripts/local/postgres.ts';

let dir: string;
let postgres: RunningPostgres;
let pools: Pool[] = [];

function openPools(): void {
  pools = Array.from({ length: 6 }, () => new Pool({ connectionString: postgres.url, max: 5 }));
  for (const pool of pools) pool.on('error', () => undefined);
}

before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'queuelab-test-'));
  postgres = await startPostgres({ dir: join(dir, 'data') });
  openPools();
  await pools[0]!.query('CREATE TABLE kept (n int)');
});
after(async () => {
  await Promise.all(pools.map((pool) => pool.end()));
  await postgres.stop();
  await rm(dir, { recursive: true, force: true });
});

const count = async (): Promise<number> =>
  (await pools[0]!.query<{ n: number }>('SELECT count(*)::int AS n FROM kept')).rows[0]!.n;

async function transaction(pool: Pool, n: number, end: 'COMMIT' | 'ROLLBACK'): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query('INSERT INTO kept VALUES ($1)', [n]);
    const { rows } = await client.query<{ n: number }>('SELECT n FROM kept WHERE n = $1', [n]);
    assert.equal(rows[0]?.n, n);
    await client.query(end);
  } finally {
    client.release();
  }
}

test('thirty connections at once each get the answer to their own question', async () => {
  await pools[0]!.query('DELETE FROM kept');
  const one = async (_: unknown, i: number): Promise<void> => {
    const pool = pools[i % pools.length]!;
    if (i % 4 === 0) return transaction(pool, i, i % 8 === 0 ? 'COMMIT' : 'ROLLBACK');
    if (i % 4 === 1) return assert.rejects(pool.query('SELECT $1::int / 0', [i]), /division by zero/);
    if (i % 4 === 2) return assert.rejects(pool.query(`SELEKT ${i}`), /syntax error/);
    const { rows } = await pool.query<{ a: string; b: number }>(`SELECT $1::text AS a, $2::int + ${i} AS b`, [
      `${i}`,
      i,
    ]);
    assert.deepEqual(rows, [{ a: `${i}`, b: 2 * i }]);
  };
  await Promise.all(Array.from({ length: 400 }, one));
  assert.equal(await count(), 50);
});

test('a client that vanishes in the middle of a transaction leaves nothing behind, and nobody waiting', async () => {
  const before = await count();
  const client = new Client(postgres.url);
  client.on('error', () => undefined);
  await client.connect();
  await client.query('BEGIN');
  await client.query('INSERT INTO kept VALUES (-1)');
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  assert.equal(await count(), before);
});

test('what was committed survives a SIGKILL', async () => {
  const before = await count();
  process.kill(postgres.pid, 'SIGKILL');
  await postgres.exited;
  await Promise.all(pools.map((pool) => pool.end()));
  postgres = await startPostgres({ dir: join(dir, 'data'), port: postgres.port });
  openPools();
  assert.equal(await count(), before);
});

test('SIGTERM ends it in order', async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()));
  await postgres.stop();
  assert.deepEqual(await postgres.exited, { code: 0, signal: null });
});
