// What is remembered of a walk through the workshop, in .lab/workshop.json: when the lab was last reset, and which chapters have passed since
// when. A file that cannot be read counts as none: a walk can be begun anew.
import { mkdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { labFolder } from '../local/local-lab.ts';
import { replaceFile } from '../replace-file.ts';

export interface Progress {
  /** When the lab was last as it was at the beginning; undefined where it never was reset. What happened before is of another walk. */
  since?: Date;
  /** By the chapter's number: when its check passed last. */
  passed: Record<number, Date>;
}

const File = z.object({
  since: z.iso.datetime().optional(),
  passed: z.record(z.string().regex(/^\d+$/), z.iso.datetime()).default({}),
});

const fileIn = (root: string): string => join(labFolder(root), 'workshop.json');

async function read(root: string): Promise<z.infer<typeof File>> {
  try {
    return File.parse(JSON.parse(await readFile(fileIn(root), 'utf8')));
  } catch {
    return { passed: {} };
  }
}

async function write(root: string, content: z.infer<typeof File>): Promise<void> {
  const file = fileIn(root);
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  await replaceFile(file, `${JSON.stringify(content, null, 2)}\n`);
}

/** @param root the folder of docker-compose.yml, as in all of these */
export async function readProgress(root = '.'): Promise<Progress> {
  const { since, passed } = await read(root);
  const dates = Object.entries(passed).map(([chapter, at]) => [Number(chapter), new Date(at)] as const);
  return { ...(since === undefined ? {} : { since: new Date(since) }), passed: Object.fromEntries(dates) };
}

export async function setPassed(chapter: number, { at = new Date(), root = '.' } = {}): Promise<void> {
  const before = await read(root);
  await write(root, { ...before, passed: { ...before.passed, [chapter]: at.toISOString() } });
}

/** @param options.forget the chapters that have passed, too */
export async function setSince(since: Date, { forget, root = '.' }: { forget: boolean; root?: string }): Promise<void> {
  const { passed } = await read(root);
  await write(root, { since: since.toISOString(), passed: forget ? {} : passed });
}
