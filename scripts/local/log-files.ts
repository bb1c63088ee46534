// Log files of replicas: each writes its own itself, so that it does not depend on who started it; others read along.
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { lineSplitter } from './log-line.ts';

const SUFFIX = '.log';
/** A file that has grown beyond this begins anew at the next start. */
const LARGEST_BYTES = 10 * 1024 * 1024;

/**
 * Opens a log file for a child's standard output. A file and no pipe: a process whose reader is gone could not even say that it
 * ends (pino repeats a write to a broken pipe for ever when the process exits).
 */
export function openLog(file: string): number {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (existsSync(file) && statSync(file).size > LARGEST_BYTES) rmSync(file);
  return openSync(file, 'a', 0o600);
}

/** The end of a log, for an error that says why something did not start. */
export function endOfLog(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').slice(-1_000).trim() : '';
}

export interface LogReader {
  /** The last lines of each log, in the order of their times; reading goes on after them. */
  last(lines: number): { replica: string; line: string }[];
  /** Hands on what was written since. */
  poll(): Promise<void>;
}

const timeOf = (line: string): string | undefined => /"time":"([^"]+)"/.exec(line)?.[1];

/** Reads the logs in a folder, those of replicas that start later too. */
export function createLogReader(
  folder: string,
  wanted: (replica: string) => boolean,
  onLine: (replica: string, line: string) => void,
): LogReader {
  const read = new Map<string, number>();
  const splitters = new Map<string, (chunk: Buffer) => void>();

  function replicas(): string[] {
    const files = existsSync(folder) ? readdirSync(folder) : [];
    return files.map((file) => file.slice(0, -SUFFIX.length)).filter(wanted);
  }

  async function readOn(replica: string): Promise<void> {
    const split = splitters.get(replica) ?? lineSplitter((line) => onLine(replica, line));
    splitters.set(replica, split);
    const file = await open(join(folder, replica + SUFFIX));
    try {
      const { size } = await file.stat();
      const known = read.get(replica) ?? 0;
      // Smaller than before: it was begun anew.
      const from = size < known ? 0 : known;
      read.set(replica, size);
      if (size === from) return;
      const bytes = Buffer.alloc(size - from);
      await file.read(bytes, 0, bytes.length, from);
      split(bytes);
    } finally {
      await file.close();
    }
  }

  return {
    last(lines) {
      const found: { replica: string; line: string; time: string }[] = [];
      for (const replica of replicas()) {
        const bytes = readFileSync(join(folder, replica + SUFFIX));
        read.set(replica, bytes.length);
        let time = '';
        for (const line of bytes.toString().split('\n').filter(Boolean).slice(-lines)) {
          // A line that does not say when it was written belongs to the one before it.
          time = timeOf(line) ?? time;
          found.push({ replica, line, time });
        }
      }
      return found.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
    },
    async poll() {
      for (const replica of replicas()) await readOn(replica);
    },
  };
}
