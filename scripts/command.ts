// What a command of ./lab is. A file in scripts/commands/ that exports one as `command` is all that a new one needs.
import type { ParseArgsOptionDescriptor } from 'node:util';

export interface CommandOption extends ParseArgsOptionDescriptor {
  help: string;
  /** What its value looks like, in the help: `320x240`. */
  value?: string;
}

export interface CommandInput {
  values: Record<string, unknown>;
  positionals: string[];
}

export interface Command {
  /** One line for the list of commands. */
  summary: string;
  /** What stands after the command's name: `[n]`, `<service>`. */
  usage: string;
  /** How many arguments it takes besides options. */
  positionals: { min: number; max: number };
  options: Record<string, CommandOption>;
  /** Examples and what else is worth knowing, below the options. */
  more?: string;
  /** Answers with the exit code: 0 fine, 1 the answer is no. What cannot run throws. */
  run(input: CommandInput): Promise<number>;
}

/** Bad usage, or nothing there to work on: one line on standard error, exit code 2. */
export class CannotRun extends Error {
  override readonly name = 'CannotRun';
}

/** An argument as a whole number within bounds. @throws {CannotRun} */
export function wholeNumber(what: string, text: string, { min, max }: { min: number; max: number }): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new CannotRun(`${what} must be a whole number from ${min} to ${max}, got ${JSON.stringify(text)}`);
}

/** An option's text, where it was given. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
