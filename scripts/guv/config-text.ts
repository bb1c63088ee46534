// Reads a configuration for a command: what is wrong with it is lines of text and exit code 1, a file that is not there is exit code 2.
import { readFile } from 'node:fs/promises';
import { GuvConfigError, type GuvProblem } from '../../services/shared/guv/problem.ts';
import { CannotRun } from '../command.ts';
import { printable } from '../printable.ts';

/** @throws {CannotRun} */
export const configText = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: Error) => {
    throw new CannotRun(`${file} cannot be read: ${error.message}`);
  });

/** What `work` returns, or the problems of a configuration that is refused, with their lines for people. */
export async function orProblems<T>(
  work: () => T | Promise<T>,
): Promise<{ value: T } | { problems: readonly GuvProblem[]; lines: string[] }> {
  try {
    return { value: await work() };
  } catch (error) {
    if (!(error instanceof GuvConfigError)) throw error;
    return { problems: error.problems, lines: error.message.split('\n').map(printable) };
  }
}
