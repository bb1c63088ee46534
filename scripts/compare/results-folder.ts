// Where a comparison is kept: `.lab/results/<time>-compare/`, with all that was seen as JSON and the page.
import { access, constants, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { CannotRun } from '../command.ts';
import { labFolder } from '../local/local-lab.ts';
import { printable } from '../printable.ts';
import type { Comparison } from './comparison.ts';
import { page } from './page.ts';

export interface Kept {
  page: string;
  results: string;
}

/** `2026-01-31T12-34-56-compare`: a name in the order of time, without what some file systems refuse. */
export function folderName(startedAt: string): string {
  return `${startedAt.slice(0, 19).replaceAll(':', '-')}-compare`;
}

/** @throws {CannotRun} where no file can be written there; to be called before the work is done */
export async function checkPage(file: string): Promise<void> {
  await access(dirname(resolve(file)), constants.W_OK).catch((error: Error) => {
    throw new CannotRun(`--out ${printable(file)} cannot be written: ${error.message}`);
  });
}

/** @param out where the page is written instead of beside the JSON */
export async function keep(comparison: Comparison, out: string | undefined): Promise<Kept> {
  const folder = join(labFolder('.'), 'results', folderName(comparison.runs[0].startedAt));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const kept = { page: out ?? join(folder, 'index.html'), results: join(folder, 'results.json') };
  await writeFile(kept.results, `${JSON.stringify(comparison)}\n`);
  await writeFile(kept.page, page(comparison));
  return kept;
}
