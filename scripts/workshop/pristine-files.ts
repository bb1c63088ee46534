// guv.yaml and service.fbp of the running lab as they came: as the last commit has them. What stood there is kept.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parseGraph } from '../../services/coordinator/graph/parse.ts';
import { readGuvConfig } from '../../services/shared/guv/read-config.ts';
import { LAB_FILES, type LabFile, pathOf } from '../lab-files.ts';
import { labFolder } from '../local/local-lab.ts';
import { printable } from '../printable.ts';
import { orAbsent, replaceFile } from '../replace-file.ts';

const run = promisify(execFile);
const GIT_MS = 5_000;

const CHECKS: Record<LabFile, (text: string, file: string) => unknown> = {
  'guv.yaml': (text, file) => readGuvConfig(text, file),
  'service.fbp': (text, file) => parseGraph(text, file),
};

/** As the last commit has it; or why git does not say it: there is none, this is no checkout of it, or one that it does not trust. */
async function committed(file: LabFile): Promise<{ text: string } | { why: string }> {
  try {
    // By its place beside this folder's files: the checkout may be a part of a larger one.
    return { text: (await run('git', ['show', `HEAD:./${file}`], { timeout: GIT_MS })).stdout };
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const [first = ''] = (stderr || message).split('\n');
    return { why: printable(first) };
  }
}

/** Git may write lines of another end than it keeps. */
const sameLines = (a: string, b: string): boolean => a.replaceAll('\r\n', '\n') === b.replaceAll('\r\n', '\n');

const stamp = (at: Date): string => at.toISOString().slice(0, -1).replace(/[:.]/g, '-');

const keptFolder = (): string => join(labFolder('.'), 'kept');

/** The paths of the copies that have been kept so far. */
export function keptFiles(): string[] {
  const folder = keptFolder();
  return existsSync(folder) ? readdirSync(folder).map((file) => join(folder, file)) : [];
}

/** A copy in .lab/kept/. Answers with its path. */
async function keep(file: LabFile, text: string, at: Date): Promise<string> {
  const folder = keptFolder();
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const kept = join(folder, `${stamp(at)}-${file}`);
  await writeFile(kept, text);
  return kept;
}

/** A file that is left as it is, and what is wrong with it, in one sentence. */
function leftText(file: LabFile, text: string | undefined, why: string): string {
  const path = pathOf(file);
  const git = `git does not give it back (${why})`;
  if (text === undefined) return `${path} is missing, and ${git}`;
  try {
    CHECKS[file](text, path);
    return `${path} stays as it is: ${git}`;
  } catch (error) {
    const [first = ''] = (error as Error).message.split('\n');
    return `${printable(first)}; it stays as it is: ${git}`;
  }
}

async function restoreFile(file: LabFile, at: Date): Promise<string | undefined> {
  const path = pathOf(file);
  const [text, pristine] = await Promise.all([orAbsent(readFile(path, 'utf8')), committed(file)]);
  if ('why' in pristine) return leftText(file, text, pristine.why);
  if (text !== undefined && sameLines(text, pristine.text)) return undefined;
  const kept = text === undefined ? undefined : await keep(file, text, at);
  await replaceFile(path, pristine.text);
  return `${path} is as it came${kept === undefined ? '' : `; what was there is kept in ${kept}`}`;
}

/** Answers with a sentence for each file that was put back, or that git did not give back. */
export async function restoreFiles(at = new Date()): Promise<string[]> {
  const said = await Promise.all(LAB_FILES.map((file) => restoreFile(file, at)));
  return said.filter((one) => one !== undefined);
}

/** The roles of guv.yaml as it is now; none where it cannot be read. */
export async function rolesOfFile(): Promise<string[]> {
  const path = pathOf('guv.yaml');
  try {
    return readGuvConfig(await readFile(path, 'utf8'), path).roles.map(({ role }) => role);
  } catch {
    return [];
  }
}
