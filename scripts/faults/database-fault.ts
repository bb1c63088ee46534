// A lock on the table of items, held for a while or taken and given back in turns. On Docker the server itself holds it, for a program
// that runs beside it, so that it lasts whatever becomes of us; without Docker the fault's guardian does (database-hold.ts).
import { must } from '../docker-lab.ts';

/** By this name the program is known among the database's sessions. */
const NAME = 'lab-fault';
export const LOCK = 'LOCK TABLE items IN ACCESS EXCLUSIVE MODE';
/** slow: so long it is locked, and then free, in turns. Seconds. */
export const HELD_SECONDS = 0.4;
export const FREE_SECONDS = 0.1;

/** One statement that holds the lock, or takes and gives it back, for so long. */
export function lockStatement(how: 'lock' | 'slow', seconds: number): string {
  if (how === 'lock') return `BEGIN; ${LOCK}; SELECT pg_sleep(${seconds}); COMMIT`;
  const turns = Math.ceil(seconds / (HELD_SECONDS + FREE_SECONDS));
  const turn = `${LOCK}; PERFORM pg_sleep(${HELD_SECONDS}); COMMIT; PERFORM pg_sleep(${FREE_SECONDS});`;
  return `DO 'BEGIN FOR turn IN 1..${turns} LOOP ${turn} END LOOP; END'`;
}

const psql = (options: readonly string[], statement: string): Promise<void> =>
  must('compose', 'exec', ...options, 'postgres', 'psql', '-qU', 'lab', '-d', 'lab', '-c', statement);

/** On Docker. @throws {CannotRun} */
export const lockDatabase = (how: 'lock' | 'slow', seconds: number): Promise<void> =>
  psql(['--detach', '-e', `PGAPPNAME=${NAME}`], lockStatement(how, seconds));

/** On Docker: ends whoever holds such a lock. @throws {CannotRun} */
export const unlockDatabase = (): Promise<void> =>
  psql(
    ['-T'],
    `SELECT count(pg_terminate_backend(pid)) AS ended FROM pg_stat_activity WHERE application_name = '${NAME}'`,
  );
