// The workshop's chapters, as they stand in workshop/: a new file there is a new chapter.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CannotRun } from '../command.ts';
import { printable } from '../printable.ts';

export const WORKSHOP = 'workshop';

export interface Chapter {
  number: number;
  /** `workshop/02-kill-a-worker.md` */
  file: string;
  /** From its heading, without the number: `Kill a worker`. */
  title: string;
}

/** `02`, as it stands in the names of files. */
export const twoDigits = (number: number): string => String(number).padStart(2, '0');

/** `# 02 Kill a worker`, `# Chapter 2: Kill a worker` and `# Kill a worker` have one title; undefined where there is no heading. */
export function titleOf(markdown: string): string | undefined {
  return /^# +(?:(?:chapter +)?\d{1,2}[.:]? +)?(.*\S)\s*$/im.exec(markdown)?.[1];
}

/** In the order of their numbers. */
export function readChapters(folder = WORKSHOP): Chapter[] {
  return readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const [, number, words] = /^(\d\d)-(.+)\.md$/.exec(name) ?? [];
      if (number === undefined || words === undefined) return [];
      const file = join(folder, name);
      return [{ number: Number(number), file, title: titleOf(readFileSync(file, 'utf8')) ?? words }];
    });
}

/** By its number: `2`, `02`. @throws {CannotRun} where there is no such chapter */
export function findChapter(chapters: readonly Chapter[], given: string): Chapter {
  const found = /^\d{1,2}$/.test(given) && chapters.find(({ number }) => number === Number(given));
  if (found) return found;
  const numbers = chapters.map(({ number }) => number).join(', ');
  throw new CannotRun(`there is no chapter ${JSON.stringify(printable(given))}; there are ${numbers}`);
}
