// The database of the no-Docker mode as a process: PGlite behind a socket that speaks PostgreSQL's protocol.
//
//   node scripts/local/postgres-process.ts <data directory> <port>
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { PGLiteSocketHandler, type PGLiteSocketHandlerOptions } from '@electric-sql/pglite-socket';
import { runService } from '../../services/shared/lifecycle.ts';
import { createSessionQueue } from './postgres-sessions.ts';

const CREATE = '--create';
/** PostgreSQL's default of 128 MB is for a machine of its own. */
const SETTINGS = ['shared_buffers = 16MB'];

/** Creates an empty database where there is none; under another name first, so that a crash leaves nothing half made. */
function createOnce(dir: string): void {
  if (existsSync(`${dir}/PG_VERSION`)) return;
  const unfinished = `${dir}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  // In a process of its own: creating takes 700 MB that a WebAssembly memory never gives back.
  const made = spawnSync(process.execPath, [fileURLToPath(import.meta.url), CREATE, unfinished], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`could not create the database in ${dir}: ${made.stderr.trim()}`);
  rmSync(dir, { recursive: true, force: true });
  renameSync(unfinished, dir);
}

function serve(dir: string, port: number): void {
  runService('postgres', async (life) => {
    createOnce(dir);
    const db = await PGlite.create(dir, { postgresqlconf: SETTINGS });
    life.onStop('the database', () => db.close());
    const queue = createSessionQueue(db);
    const handlers = new Set<PGLiteSocketHandler>();
    const server = createServer((socket) => {
      // The handler calls four methods of its queue; the package's type also asks for the private fields of its own class.
      const queryQueue = queue as unknown as PGLiteSocketHandlerOptions['queryQueue'];
      const handler = new PGLiteSocketHandler({ queryQueue, closeOnDetach: true });
      handlers.add(handler);
      handler.addEventListener('close', () => handlers.delete(handler));
      handler.addEventListener('error', () => handlers.delete(handler));
      handler.attach(socket).catch((error: unknown) => {
        life.log.warn({ err: error }, 'a connection failed');
        socket.destroy();
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    life.onStop('the socket', async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      await Promise.all([...handlers].map((handler) => handler.detach(true)));
      await closed;
    });
    life.log.info({ port }, 'PGlite listens');
  });
}

const [first = '', second = ''] = process.argv.slice(2);
if (first === CREATE) await (await PGlite.create(second, { postgresqlconf: SETTINGS })).close();
else serve(first, Number(second));
