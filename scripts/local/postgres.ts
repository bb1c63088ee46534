// Starts the database of the no-Docker mode: PGlite in a child process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { freePort } from './free-port.ts';
import { endOfLog, openLog } from './log-files.ts';
import { type Exit, endChild, exitOf, until } from './processes.ts';

/** The first start creates the database, which takes seconds on a slow machine. */
const START_LIMIT_MS = 60_000;
const STOP_GRACE_MS = 15_000;
/** The database's memory is outside of it; with V8's own limit the process takes 500 MB instead of 200. */
const SMALL_HEAP = '--max-old-space-size=128';

export interface PostgresOptions {
  /** Where the data is kept, made where it is missing. */
  dir: string;
  /** Default: any free port. */
  port?: number;
  password?: string;
  /** What it writes goes here; default: beside its folder. */
  logFile?: string;
}

export interface RunningPostgres {
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  stop(): Promise<void>;
}

/** Whether a database answers a query at this URL. */
export async function databaseAnswers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('SELECT 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function spawnPostgres(dir: string, port: number, logFile: string): ChildProcess {
  const log = openLog(logFile);
  const main = fileURLToPath(new URL('postgres-process.ts', import.meta.url));
  const child = spawn(process.execPath, [SMALL_HEAP, main, dir, String(port)], {
    // Standard input is a pipe: its end tells that the one who started it is gone.
    stdio: ['pipe', log, log],
    detached: true,
    env: { ...process.env, REPLICA: 'postgres-1', LAB_SUPERVISED: '1' },
  });
  closeSync(log);
  return child;
}

/**
 * Starts PGlite and waits until it answers. It ends by itself when this process does. It takes any user and password: it
 * listens on loopback alone.
 */
export async function startPostgres(options: PostgresOptions): Promise<RunningPostgres> {
  const port = options.port ?? (await freePort());
  mkdirSync(dirname(options.dir), { recursive: true });
  const logFile = options.logFile ?? `${options.dir}.log`;
  const child = spawnPostgres(options.dir, port, logFile);
  const exited = exitOf(child);
  const url = `postgres://lab:${encodeURIComponent(options.password ?? 'lab')}@127.0.0.1:${port}/lab`;
  const gone = new AbortController();
  void exited.then(() => gone.abort());
  const up = await until(() => databaseAnswers(url), { limitMs: START_LIMIT_MS, signal: gone.signal });
  if (!up) {
    await endChild(child, exited, STOP_GRACE_MS);
    throw new Error(`the database did not start; the end of its output:\n${endOfLog(logFile)}`);
  }
  return { url, port, pid: child.pid!, exited, stop: () => endChild(child, exited, STOP_GRACE_MS) };
}
