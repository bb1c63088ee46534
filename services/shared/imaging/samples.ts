// The sample pictures that ship with the lab: their names, files and what is in them.
import { readdirSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Setting } from '../config.ts';
import { pictureFormat } from './formats.ts';

/** A sample: `sample:<name>` is its source. Width and height are those that a person sees: EXIF orientation applied. */
export interface Sample {
  name: string;
  file: string;
  width: number;
  height: number;
  format: string;
  /** Size of the file. */
  bytes: number;
}

export interface Samples {
  /** In alphabetical order. */
  readonly names: readonly string[];
  /** Undefined where there is no such sample. */
  read(name: string): Promise<Buffer | undefined>;
  /** All of them, by name. Read once. */
  list(): Promise<readonly Sample[]>;
}

const EXTENSIONS = new Set(['.jpg', '.jpeg', '.png', '.webp', '.avif', '.gif', '.tiff']);

/** Knows the names from the start, so that asking for them needs no waiting. @throws where the folder cannot be read. */
export function createSamples(folder: string): Samples {
  const files = new Map<string, string>();
  for (const file of readdirSync(folder).sort()) {
    const { name, ext } = parse(file);
    if (EXTENSIONS.has(ext)) files.set(name, file);
  }
  let listed: Promise<readonly Sample[]> | undefined;
  const describe = async ([name, file]: [string, string]): Promise<Sample> => {
    const { default: sharp } = await import('./sharp.ts'); // heavy, and who only reads samples does without
    const path = join(folder, file);
    const [{ size }, metadata] = await Promise.all([stat(path), sharp(path).metadata()]);
    const { width, height } = metadata.autoOrient;
    return { name, file, width, height, format: pictureFormat(metadata.format), bytes: size };
  };
  return {
    names: [...files.keys()],
    async read(name) {
      const file = files.get(name);
      return file === undefined ? undefined : await readFile(join(folder, file));
    },
    list() {
      listed ??= Promise.all([...files].map(describe));
      return listed;
    },
  };
}

/** Where the samples are: the ones of the repository, unless `SAMPLES_DIR` names another folder. */
export const samplesDir: Setting<string> = {
  name: 'SAMPLES_DIR',
  fallback: fileURLToPath(new URL('../../samples/', import.meta.url)),
  parse(folder) {
    const found = statSync(folder, { throwIfNoEntry: false });
    return found?.isDirectory() ? { value: folder } : { expected: 'a folder of pictures that is there' };
  },
};
