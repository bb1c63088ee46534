// One step of the ladder, from the options to the exit code.
import { rm } from 'node:fs/promises';
import { CannotRun, textOf } from '../command.ts';
import { paint } from '../terminal.ts';
import { findK6, verdictOf } from './k6.ts';
import { makeLatest, newRun, readResult } from './results.ts';
import type { Scenario } from './scenarios.ts';
import { durationOf, folderOf, targetOf, type Values } from './target.ts';

function rateOf(values: Values): string | undefined {
  const text = textOf(values.rate);
  if (text === undefined || (/^\d+(\.\d+)?$/.test(text) && Number(text) > 0)) return text;
  throw new CannotRun(`--rate must be a number of jobs a second above 0, got ${JSON.stringify(text)}`);
}

/**
 * Runs it and keeps what came of it. `extra` goes to k6 as it is.
 * @throws {CannotRun} where there is no k6, nothing to send to, or k6 did not come to its end; what it measured until then is kept
 */
export async function climb(scenario: Scenario, values: Values, extra: readonly string[]): Promise<number> {
  const asked = { RATE: rateOf(values), DURATION: durationOf(values) };
  const settings = Object.fromEntries(Object.entries(asked).flatMap(([name, text]) => (text ? [[name, text]] : [])));
  const k6 = await findK6(await targetOf(values));
  const run = await newRun(scenario.name, folderOf(values));
  const quiet = values.json === true;
  const code = await k6.run({ file: scenario.file, settings, extra, run, quiet });
  const result = await readResult(run);
  if (result === undefined) await rm(run.folder, { recursive: true });
  else await makeLatest(run);
  const verdict = verdictOf(code);
  if (result === undefined) throw new CannotRun('k6 has left no results, see above');
  if (quiet) console.log(JSON.stringify(result));
  else console.log(paint('dim', `kept in ${run.summary}; ./lab load last shows it again`));
  return verdict;
}
