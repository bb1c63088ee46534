// What runs leave behind: .lab/results/<time>-<scenario>/summary.json, and `latest`, a link to the last of them.
import { mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { LadderResult } from '../../loadtests/k6/lib/result.ts';
import { resultTable } from '../../loadtests/k6/lib/result-table.ts';
import { CannotRun } from '../command.ts';
import { orAbsent } from '../replace-file.ts';
import { type HttpResult, httpTable } from './http-result.ts';

/** Where they are kept, unless it is said otherwise. */
export const RESULTS = '.lab/results';
const SUMMARY = 'summary.json';
const LATEST = 'latest';

export type LoadResult = LadderResult | HttpResult;

export interface RunFolder {
  /** Where all runs are. */
  root: string;
  folder: string;
  /** Where its numbers go. */
  summary: string;
}

/** `2026-03-01T12-30-05-overwhelm`: in the order of time when they are sorted, and a name that every file system takes. */
export function folderName(scenario: string, now: Date): string {
  return `${now.toISOString().slice(0, 19).replaceAll(':', '-')}-${scenario}`;
}

/** A folder for a new run; a second one within the same second gets another name. */
export async function newRun(scenario: string, root: string, now = new Date()): Promise<RunFolder> {
  await mkdir(root, { recursive: true });
  const name = folderName(scenario, now);
  for (let n = 1; ; n++) {
    const folder = join(root, n === 1 ? name : `${name}-${n}`);
    try {
      await mkdir(folder);
      return { root, folder, summary: join(folder, SUMMARY) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
}

/** Makes a run the latest, in one step: who looks meanwhile sees the one before. */
export async function makeLatest({ root, folder }: RunFolder): Promise<void> {
  const draft = join(root, `.${LATEST}.${process.pid}`);
  await rm(draft, { force: true });
  await symlink(basename(folder), draft);
  await rename(draft, join(root, LATEST));
}

/** What a run came to, or undefined where it ended without numbers. */
export async function readResult({ summary }: Pick<RunFolder, 'summary'>): Promise<LoadResult | undefined> {
  const text = await orAbsent(readFile(summary, 'utf8'));
  return text === undefined ? undefined : (JSON.parse(text) as LoadResult);
}

/** @throws {CannotRun} where there was no run yet */
export async function lastResult(root: string): Promise<LoadResult> {
  const result = await readResult({ summary: join(root, LATEST, SUMMARY) });
  if (result === undefined) throw new CannotRun('there are no results yet; ./lab load list shows what can be run');
  return result;
}

export function resultText(result: LoadResult): string {
  return 'paths' in result ? httpTable(result) : resultTable(result);
}
