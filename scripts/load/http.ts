// `./lab load http`: the same smallest job, sent to both ways of doing it as fast as they take it.
import { writeFile } from 'node:fs/promises';
import { acceptRate } from '../../loadtests/autocannon/accept-rate.ts';
import { CannotRun, wholeNumber } from '../command.ts';
import type { HttpResult } from './http-result.ts';
import { makeLatest, newRun } from './results.ts';
import { durationOf, folderOf, targetOf, type Values } from './target.ts';

const CONNECTIONS = 10;

/** Sync first: what the queue has taken goes on being worked on afterwards, and would be in its way. */
const PATHS = ['/sync/images', '/jobs'] as const;

const SECONDS = '10s';

function secondsOf(values: Values): number {
  const text = durationOf(values) ?? SECONDS;
  const [, whole] = /^(\d+)s$/.exec(text) ?? [];
  if (whole !== undefined) return wholeNumber('--duration', whole, { min: 1, max: 600 });
  throw new CannotRun(`--duration of ./lab load http is in seconds such as ${SECONDS}, got ${JSON.stringify(text)}`);
}

/** Each path for so many seconds. Leaves its numbers as the latest result. @throws {CannotRun} */
export async function runHttp(values: Values): Promise<HttpResult> {
  const seconds = secondsOf(values);
  const { frontend: baseUrl } = await targetOf(values);
  const ready = await fetch(`${baseUrl}/readyz`).catch((error: Error) => error);
  if (ready instanceof Error || !ready.ok) {
    const said = ready instanceof Error ? 'does not answer' : `is not ready (${ready.status})`;
    throw new CannotRun(`the front end at ${baseUrl} ${said}; ./lab status shows what is missing`);
  }
  const run = await newRun('http', folderOf(values));
  const paths = [];
  for (const path of PATHS) paths.push(await acceptRate({ baseUrl, path, seconds, connections: CONNECTIONS }));
  const result: HttpResult = {
    scenario: 'http',
    finished_at: new Date().toISOString(),
    seconds,
    connections: CONNECTIONS,
    paths,
    passed: paths.every(({ taken, refused, errors }) => taken > 0 && refused === 0 && errors === 0),
  };
  await writeFile(run.summary, `${JSON.stringify(result, null, 2)}\n`);
  await makeLatest(run);
  return result;
}
