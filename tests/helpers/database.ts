// PostgreSQL for a test file: an empty database of its own, thrown away after.
import { randomUUID } from 'node:crypto';
import { after } from 'node:test';
import { Client } from 'pg';
import type { Scope } from './broker.ts';
import { type DatabaseServer, startCopy, startDatabaseServer } from './servers.ts';

const PGLITE = 'pglite:';

/** Started by the first who asks where `npm test` has not started one for all files. */
let own: Promise<DatabaseServer> | undefined;
after(async () => (await own)?.remove());

async function run(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A fresh, empty database; any number of connections. It is gone when the scope ends. */
export async function openDatabase(scope: Scope): Promise<{ url: string }> {
  own ??= process.env.TEST_DATABASE_URL ? undefined : startDatabaseServer((line) => console.error(line));
  const server = process.env.TEST_DATABASE_URL || (await own)!.url;
  if (server.startsWith(PGLITE)) {
    const { url, remove } = await startCopy(server.slice(PGLITE.length));
    scope.after(remove);
    return { url };
  }
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await run(server, `CREATE DATABASE ${name}`);
  scope.after(() => run(server, `DROP DATABASE ${name} WITH (FORCE)`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href };
}
