// The connection to PostgreSQL: a pool with limits in time, so that a database that is away is an error soon, never a hang.
import { Pool, type QueryConfig } from 'pg';
import { url } from './config.ts';
import { Problem } from './errors.ts';
import type { Log } from './log.ts';

/** `DATABASE_URL`: postgres://user:password@host:port/database */
export const databaseUrl = url('DATABASE_URL', ['postgres', 'postgresql']);

/** Runs one statement and returns its rows. `limitMs` bounds the whole, waiting for a connection included. */
export type Query = <Row extends object>(
  text: string,
  values?: readonly unknown[],
  options?: { limitMs?: number },
) => Promise<Row[]>;

export interface Database {
  readonly query: Query;
  /** Runs statements on one connection between BEGIN and COMMIT. Keep it short: PGlite lets nobody else work meanwhile. */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /** Lets statements in hand finish, then closes every connection. */
  close(): Promise<void>;
}

const CONNECT_LIMIT_MS = 1_500;

/** The limit was reached; whether the statement had an effect is not known. */
class DatabaseTimeout extends Error {
  override readonly name = 'DatabaseTimeout';
}

async function within<T>(limitMs: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DatabaseTimeout(`no answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Makes a pool; it connects when it is first used, and again whenever it has to.
 * `name` is shown in pg_stat_activity. `limitMs` is the limit for a statement that names none of its own.
 */
export function createDatabase(options: {
  url: string;
  name: string;
  log: Log;
  limitMs?: number;
  maxConnections?: number;
}): Database {
  const limitMs = options.limitMs ?? 30_000;
  const pool = new Pool({
    connectionString: options.url,
    application_name: options.name,
    max: options.maxConnections ?? 8,
    connectionTimeoutMillis: CONNECT_LIMIT_MS,
    // Ends on the server too what nobody waits for any more.
    statement_timeout: limitMs,
    keepAlive: true,
  });
  // An idle connection that breaks is reported here and nowhere else; without a listener it would end the process.
  pool.on('error', (error) => options.log.warn({ reason: error.message }, 'a database connection broke'));

  type Runner = { query(config: QueryConfig): Promise<{ rows: unknown[] }> };
  const queryOn =
    (runner: Runner): Query =>
    async <Row extends object>(text: string, values?: readonly unknown[], limit?: { limitMs?: number }) => {
      const ms = limit?.limitMs ?? limitMs;
      // query_timeout makes pg give up the connection as well, so that a frozen server does not use up the pool.
      const config: QueryConfig & { query_timeout: number } = {
        text,
        values: values && [...values],
        query_timeout: ms,
      };
      const { rows } = await within(ms, runner.query(config));
      return rows as Row[];
    };

  return {
    query: queryOn(pool),
    async transaction(work) {
      const client = await pool.connect();
      const query = queryOn(client);
      try {
        await query('BEGIN');
        const result = await work(query);
        await query('COMMIT');
        client.release();
        return result;
      } catch (error) {
        client.release(true); // closing the connection rolls back, whatever state it is in
        throw error;
      }
    },
    close: () => pool.end(),
  };
}

/** SQLSTATE classes and codes that say: the database is there later, the statement is not to blame. */
const AWAY = /^(08|28|57P|53)|^(3D000|57014|25006|40001|40P01|42P01)$/;
const UNREACHABLE = /^(ECONN|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|EPIPE)/;
const WITHOUT_CODE =
  /^(Connection terminated|timeout exceeded|Query read timeout|Client has encountered|Cannot use a pool)/;

/**
 * The problem to answer with where an error means that the database is away, starting, overloaded or not prepared yet
 * (SQLSTATE 42P01: no tables so far). Undefined for every other error, which is the statement's own fault.
 */
export function databaseProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof AggregateError && error.errors.length > 0) return databaseProblem(error.errors[0]);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const away =
    error instanceof DatabaseTimeout ||
    AWAY.test(code) ||
    UNREACHABLE.test(code) ||
    (code === '' && WITHOUT_CODE.test(error.message));
  if (!away) return undefined;
  return new Problem(
    'database-unavailable',
    'The database cannot be reached at the moment; try again in a few seconds.',
    {
      retryAfterSeconds: 2,
      cause: error,
    },
  );
}
