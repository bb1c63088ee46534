// Finds a chapter's check: the file with its number in workshop/checks/.
import { existsSync } from 'node:fs';
import { CannotRun } from '../command.ts';
import type { ChapterCheck } from './chapter-check.ts';
import { type Chapter, twoDigits, WORKSHOP } from './chapters.ts';

const ROOT = new URL('../../', import.meta.url);

/** @throws {CannotRun} where the chapter has none */
export async function loadCheck({ number }: Pick<Chapter, 'number'>): Promise<ChapterCheck> {
  const file = `${WORKSHOP}/checks/${twoDigits(number)}.ts`;
  const url = new URL(file, ROOT);
  if (!existsSync(url)) throw new CannotRun(`chapter ${number} has no check: ${file} is missing`);
  return ((await import(url.href)) as { check: ChapterCheck }).check;
}
