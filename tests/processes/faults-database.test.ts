// The database's faults without Docker: a lock that its guardian holds, and lets go.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import type { Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { startProgram } from '../helpers/processes.ts';
import { openSupervisedFolder, type SupervisedFolder } from '../helpers/supervised-folder.ts';
import { undoStack } from '../helpers/undo.ts';

const PROGRAM = fileURLToPath(new URL('../helpers/lab-command.ts', import.meta.url));
const COMPOSE = 'services:\n  postgres: { image: "postgres:18" }\n';
/** Starting a database and programs takes its time on a busy machine. */
const SLOW = { withinMs: 120_000 };
/** A free database answers in milliseconds, on a busy machine in seconds. */
const ANSWER_MS = 3_000;

const scope = undoStack({ after });
let folder: SupervisedFolder;
let url: string;

/** Whether the database answers a question about items now. */
async function answers(): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: ANSWER_MS, query_timeout: ANSWER_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT count(*) FROM items');
    return true;
  } catch {
    return false;
  } finally {
    // One that waits for its turn does not hear that it may go.
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  }
}

async function lab(t: Scope, ...args: string[]): Promise<string> {
  const program = startProgram(t, [process.execPath, PROGRAM, folder.dir, ...args], { env: { NO_COLOR: '1' } });
  const code = await new Promise<number | null>((resolve) => program.child.once('close', resolve));
  assert.equal(code, 0, program.output());
  return program.output();
}

const free = () => eventually('the database is free', answers, SLOW);
const locked = () => eventually('the database is locked', async () => !(await answers()), SLOW);

before(async () => {
  folder = await openSupervisedFolder(scope, COMPOSE);
  url = (await folder.client.status()).addresses.database;
  await eventually(
    'there are items',
    async () => {
      const client = new Client({ connectionString: url, connectionTimeoutMillis: ANSWER_MS });
      client.on('error', () => undefined);
      await client.connect();
      await client.query('CREATE TABLE items (id text)').finally(() => client.end());
      return true;
    },
    SLOW,
  );
});

test('a lock is let go at its end, whatever became of its command', async (t) => {
  assert.match(
    await lab(t, 'fault', 'database', 'lock', '--for', '15s', '--detach'),
    /one session that all share in turn/,
  );
  await locked();
  await free();
  assert.match(await lab(t, 'fault', 'list'), /nothing is broken on purpose/);
});

test('clear lets a lock go at once', async (t) => {
  await lab(t, 'fault', 'database', 'lock', '--for', '10m', '--detach');
  await locked();
  await lab(t, 'fault', 'clear');
  await free();
});
