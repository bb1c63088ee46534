// Files that people give to `./lab simulate`: what is wrong with one is said as it is, each line with file and place.
import { readFile } from 'node:fs/promises';
import { TraceError } from '../../services/shared/arrivals/read-trace.ts';
import { GuvConfigError } from '../../services/shared/guv/problem.ts';
import { CannotRun } from '../command.ts';
import { printable } from '../printable.ts';

const READ_ERRORS = [GuvConfigError, TraceError];

/** @throws {CannotRun} where it cannot be read */
export async function textOfFile(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: Error) => {
    throw new CannotRun(`${printable(file)} cannot be read: ${printable(error.message)}`);
  });
}

/** What reading gives. @throws {CannotRun} with the complaints of the reader */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (READ_ERRORS.some((kind) => error instanceof kind)) throw new CannotRun((error as Error).message);
    throw error;
  }
}
