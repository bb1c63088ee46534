// The results that runs have left under .lab/results since a moment.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RESULTS } from '../load/results.ts';
import { orAbsent } from '../replace-file.ts';

/** `./lab load` writes the first, `./lab compare` the second. */
const FILES = ['summary.json', 'results.json'];
/** `2026-03-01T12-30-05-overwhelm`, or with `-2` behind it where it was the second in that second. */
const FOLDER = /^(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)-(.+)$/;

/** As it stands in the names of folders. */
const toTheSecond = (moment: Date): string => moment.toISOString().slice(0, 19).replaceAll(':', '-');

/** Undefined where a run ended without numbers, or is writing them now. */
async function readJson(folder: string): Promise<unknown> {
  for (const file of FILES) {
    const text = await orAbsent(readFile(join(folder, file), 'utf8'));
    if (text === undefined) continue;
    try {
      return JSON.parse(text);
    } catch {
      return undefined;
    }
  }
  return undefined;
}

/**
 * Those of a scenario that began at `since` or later, to the second, the newest last.
 * @param scenario as the folder is called (`overwhelm`), or with the number of its step (`05-overwhelm`)
 */
export async function resultsSince(since: Date | undefined, scenario: string, root = RESULTS): Promise<unknown[]> {
  const name = scenario.replace(/^\d\d-/, '');
  const first = since === undefined ? '' : toTheSecond(since);
  const folders = (await orAbsent(readdir(root))) ?? [];
  const wanted = folders
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .filter((folder) => {
      const [, time = '', rest = ''] = FOLDER.exec(folder) ?? [];
      return time >= first && rest.replace(/(?<=^.+)-\d+$/, '') === name;
    });
  const results = await Promise.all(wanted.map((folder) => readJson(join(root, folder))));
  return results.filter((result) => result !== undefined);
}
