// How long the 202 takes while 100,000 images have been waiting for ten minutes, against an empty system: empty, then with the backlog,
// then empty again, so that what the machine does meanwhile is seen. And what the front end weighs through it.
import { execFile } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Figures } from '../main.ts';
import { median } from '../statistics.ts';
import { jobOf } from './flood.ts';
import type { Stage } from './stage.ts';
import type { Steady } from './steady.ts';

const BACKLOG = 100_000;
const SET = 100;
const SENDERS = 4;
const PILE_LIMIT_MS = 60_000;
const AGAIN_MS = 500;
const OLD = '10 minutes';
/** Jobs a second: far from the limit, so that what is seen is the way of one request and no queue before it. */
const RATE = 40;
const SECONDS = 15;
const ROUNDS = 5;
const STEADY = fileURLToPath(new URL('steady.ts', import.meta.url));

/** Milliseconds that 99 of 100 answers took at most, of one round, and how many were refused. */
async function slowest(url: string): Promise<{ p99: number; refused: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [STEADY, url, String(RATE), String(SECONDS)], {
    maxBuffer: 2 ** 24,
  });
  const { milliseconds, refused } = JSON.parse(stdout) as Steady;
  const sorted = milliseconds.toSorted((a, b) => a - b);
  return { p99: sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN, refused };
}

/** Through the front door, as any work: stored, and its messages in the queue. A job that was refused is sent again under its key. */
async function pileUp(url: string): Promise<void> {
  let left = BACKLOG / SET;
  const body = jobOf(SET);
  const sendOne = async (): Promise<void> => {
    const headers = { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() };
    for (const end = Date.now() + PILE_LIMIT_MS; Date.now() < end; await pause(AGAIN_MS)) {
      const response = await fetch(url, { method: 'POST', headers, body });
      const said = await response.text();
      if (response.status === 202) return;
      if (response.status !== 503) throw new Error(`${url} answered ${response.status}: ${said}`);
    }
    throw new Error(`a job of the backlog was not accepted within ${PILE_LIMIT_MS / 1000} s`);
  };
  const send = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await sendOne();
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
}

/** As the database would be after that time, tidied up by itself. */
async function growOld(stage: Stage): Promise<void> {
  await stage.sql(`UPDATE items SET accepted_at = accepted_at - interval '${OLD}'`);
  await stage.sql(
    `UPDATE jobs SET created_at = created_at - interval '${OLD}', published_at = published_at - interval '${OLD}',
       publish_lease_until = publish_lease_until - interval '${OLD}'`,
  );
  await stage.sql('VACUUM (ANALYZE)');
  await stage.sql('CHECKPOINT');
}

export async function measureBacklog(stage: Stage, progress: (line: string) => void): Promise<Figures> {
  const frontEnd = await stage.frontEnd();
  const weights: number[] = [];
  let refusals = 0;
  const rounds = async (what: string): Promise<number[]> => {
    const found: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const { p99, refused } = await slowest(frontEnd.jobs);
      refusals += refused;
      found.push(p99);
      weights.push(await frontEnd.memory());
      progress(`${what}: 99 of 100 within ${found.at(-1)!.toFixed(1)} ms; memory ${weights.at(-1)!.toFixed(0)} MB`);
    }
    return found;
  };
  await slowest(frontEnd.jobs); // the first seconds are for the compiler
  await stage.empty();
  const before = await rounds('empty');
  await stage.empty();
  progress(`piling up ${BACKLOG} images`);
  await pileUp(frontEnd.jobs);
  await growOld(stage);
  const waiting = await stage.waiting();
  // More where one was published twice: refused after it was sent, and sent again.
  if (waiting < BACKLOG) throw new Error(`${waiting} messages wait instead of ${BACKLOG}`);
  const under = await rounds(`${BACKLOG} images waiting`);
  await stage.empty();
  const after = await rounds('empty again');
  await frontEnd.end();

  const one = (value: number): number => Number(value.toFixed(1));
  const empty = [...before, ...after];
  return {
    'p99 of the 202, nothing waiting': { value: one(median(empty)), unit: 'ms', samples: empty.map(one) },
    [`p99 of the 202, ${BACKLOG} images waiting for ${OLD}`]: {
      value: one(median(under)),
      unit: 'ms',
      samples: under.map(one),
    },
    'waiting / nothing waiting': {
      value: Number((median(under) / median(empty)).toFixed(2)),
      unit: 'times',
      wanted: '<= 1.3',
    },
    'waiting, jobs answered 503': { value: refusals, unit: 'jobs', wanted: '0' },
    'memory of the front end, first': { value: Math.round(weights[0]!), unit: 'MB' },
    'memory of the front end, last': {
      value: Math.round(weights.at(-1)!),
      unit: 'MB',
      wanted: 'as the first',
      samples: weights.map(Math.round),
    },
  };
}
