// The scripts of the ladder, as they stand in loadtests/k6/: a new file there is a new scenario.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const LADDER = 'loadtests/k6';

export interface Scenario {
  /** `05` */
  step: string;
  /** `overwhelm` */
  name: string;
  /** `05-overwhelm.ts`, in the ladder's folder. */
  file: string;
  /** The first line of its head. */
  summary: string;
}

export function ladder(folder = LADDER): Scenario[] {
  return readdirSync(folder)
    .sort()
    .flatMap((file) => {
      const [, step, name] = /^(\d\d)-(.+)\.ts$/.exec(file) ?? [];
      if (step === undefined || name === undefined) return [];
      const [first = ''] = readFileSync(join(folder, file), 'utf8').split('\n');
      return [{ step, name, file, summary: first.replace(/^\/\/ /, '') }];
    });
}

/** By step (`5`, `05`), by name (`overwhelm`), or by both as the file is called; undefined where there is none. */
export function findScenario(scenarios: readonly Scenario[], given: string): Scenario | undefined {
  return scenarios.find(({ step, name, file }) =>
    [step, String(Number(step)), name, file, file.replace(/\.ts$/, '')].includes(given),
  );
}
