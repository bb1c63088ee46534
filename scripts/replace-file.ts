// Writes a file whole or not at all: a temporary file beside it takes its place in one step.
import { randomUUID } from 'node:crypto';
import { chmod, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** What a promise about a file gives, or undefined where that file is not there. */
export function orAbsent<T>(value: Promise<T>): Promise<T | undefined> {
  return value.catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

/** What a link leads to is replaced, not the link. The mode of a file that is there already is kept. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const target = (await orAbsent(realpath(file))) ?? file;
  const draft = join(dirname(target), `.${basename(target)}.${randomUUID().slice(0, 8)}`);
  try {
    await writeFile(draft, text, { flag: 'wx' });
    const mode = (await orAbsent(stat(target)))?.mode;
    if (mode !== undefined) await chmod(draft, mode);
    await rename(draft, target);
  } finally {
    await rm(draft, { force: true });
  }
}
