// The services of the docker-compose.yml that stands beside a file: roles are scaled only where they are one of them.
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readComposeFile } from '../local/compose-file.ts';
import { composeVariables } from '../local/local-lab.ts';

/** Undefined where there is none, as for a file of another system's. */
export async function servicesBeside(file: string): Promise<string[] | undefined> {
  const folder = dirname(file);
  const text = await readFile(join(folder, 'docker-compose.yml'), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  return readComposeFile(text, composeVariables(folder, process.env)).map(({ name }) => name);
}
