// guv.yaml while the scaler runs: read when it changes; where it is wrong, what was read last and was right stays, and it says so.
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { GuvConfigError, problemLine } from '../shared/guv/problem.ts';
import { checkRoles, type GuvConfig, readGuvConfig } from '../shared/guv/read-config.ts';

const LARGEST = 1024 * 1024;

export interface ConfigState {
  /** As it is shown. */
  file: string;
  ok: boolean;
  /** A line each, with the line of the file. */
  problem?: string[];
  /** When the file was last read and found right, epoch seconds. */
  readAt?: number;
}

export interface ConfigFile {
  /** Reads the file where it has changed. Never rejects. True: there is a new configuration. */
  refresh(): Promise<boolean>;
  /** What the platform can scale, where it is known: a role that is none of these is a problem of the file. */
  knowServices(services: readonly string[]): void;
  /** The last one that was right. */
  config(): GuvConfig | undefined;
  state(): ConfigState;
}

/**
 * @param path of the file
 * @param onProblem called once for each new kind of trouble, with a line for each problem
 */
export function openConfigFile(
  path: string,
  { now, onProblem }: { now: () => number; onProblem: (problems: string[]) => void },
): ConfigFile {
  const file = basename(path);
  let config: GuvConfig | undefined;
  let read: string | undefined;
  let problems: string[] = [];
  let unknown: string[] = [];
  let readAt: number | undefined;

  function say(next: string[]): void {
    const isNew = next.join('\n') !== problems.join('\n');
    problems = next;
    if (isNew && next.length > 0) onProblem(next);
  }

  /** @throws {Error} in words */
  async function textOf(): Promise<string> {
    const size = await stat(path).then((found) => found.size, unreadable);
    if (size > LARGEST) throw new Error(`${file}:1: it has ${size} bytes, at most ${LARGEST} were expected`);
    return readFile(path, 'utf8').catch(unreadable);
  }

  function unreadable({ code, message }: NodeJS.ErrnoException): never {
    throw new Error(`${file}:1: ${code === 'ENOENT' ? 'there is no such file' : `it cannot be read: ${message}`}`);
  }

  return {
    async refresh() {
      let text: string;
      try {
        text = await textOf();
      } catch (error) {
        read = undefined;
        say([(error as Error).message]);
        return false;
      }
      if (text === read) return false;
      read = text;
      try {
        config = readGuvConfig(text, file);
      } catch (error) {
        const lines = error instanceof GuvConfigError ? error.message.split('\n') : [`${file}:1: ${error}`];
        say(lines);
        return false;
      }
      readAt = now();
      say([]);
      return true;
    },
    knowServices(services) {
      if (config === undefined) return;
      const next = checkRoles(config, services).map((problem) => problemLine(file, problem));
      if (next.length > 0 && next.join('\n') !== unknown.join('\n')) onProblem(next);
      unknown = next;
    },
    config: () => config,
    state() {
      const problem = [...problems, ...unknown];
      return {
        file,
        ok: problem.length === 0,
        ...(problem.length > 0 && { problem }),
        ...(readAt !== undefined && { readAt }),
      };
    },
  };
}
