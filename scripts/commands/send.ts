// `./lab send`: sends one job of n images, and where asked waits for it and says how long each step took.
import { setTimeout as wait } from 'node:timers/promises';
import type { ItemView, JobView } from '../../services/frontend/job-view.ts';
import { fits, formats, MAX_EDGE_PX, MAX_IMAGES } from '../../services/shared/messages.ts';
import { CannotRun, type Command, textOf, wholeNumber } from '../command.ts';
import { frontEnd } from '../front-end.ts';
import { requireLab } from '../running-lab.ts';
import { paint, plural, seconds, table } from '../terminal.ts';

const POLL_MS = 300;
/** A lab whose broker or front end is restarted is asked again for so long. */
const AWAY_LIMIT_MS = 60_000;
/** More rows than fit on a screen help nobody: --json has all. */
const ROWS = 20;

function oneOf<T extends string>(option: string, words: readonly T[], given: unknown): T | undefined {
  const word = textOf(given);
  if (word === undefined) return undefined;
  const found = words.find((one) => one === word);
  if (found !== undefined) return found;
  throw new CannotRun(`${option} must be one of ${words.join(', ')}, got ${JSON.stringify(word)}`);
}

/** `320x240` as width and height. */
export function parseSize(text: string): { width: number; height: number } {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? [];
  if (width === undefined || height === undefined) {
    throw new CannotRun(`--size must be width x height in pixels such as 320x240, got ${JSON.stringify(text)}`);
  }
  const bounds = { min: 1, max: MAX_EDGE_PX };
  return {
    width: wholeNumber('the width in --size', width, bounds),
    height: wholeNumber('the height in --size', height, bounds),
  };
}

function deadline(given: unknown): number | undefined {
  const text = textOf(given);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value;
  throw new CannotRun(`--deadline must be a number of seconds above 0, got ${JSON.stringify(text)}`);
}

/** What an item spent at a role, waiting + working; with retries, of all attempts. */
function timeAt(role: string, item: ItemView): string {
  const steps = item.timings.steps.filter((step) => step.role === role);
  if (steps.length === 0) return '';
  const waited = steps.reduce((sum, step) => sum + (step.waiting_seconds ?? 0), 0);
  const worked = steps.reduce((sum, step) => sum + step.working_seconds, 0);
  const tries = steps.length === 1 ? '' : ` (${steps.length} tries)`;
  return `${seconds(waited)} + ${seconds(worked)}${tries}`;
}

function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** A table of the items with the time at each role (waiting + working), and a sentence with the numbers in it. */
export function report(job: JobView, base: string): string {
  const roles = [...new Set(job.items.flatMap(({ timings }) => timings.steps.map(({ role }) => role)))];
  const shown = job.items.slice(0, ROWS);
  const rows = shown.map((item) => [
    String(item.index),
    item.state,
    item.timings.total_seconds === null ? '' : seconds(item.timings.total_seconds),
    ...roles.map((role) => timeAt(role, item)),
  ]);
  const heading = ['image', 'state', 'total', ...roles.map((role) => `${role} (wait + work)`)];
  const reasons = shown.flatMap(({ index, error }) => (error === null ? [] : [`image ${index}: ${error.reason}`]));
  const { done, failed, cancelled } = job.counts;
  const took = job.total_seconds ?? 0;
  const times = job.items.flatMap(({ timings }) => timings.total_seconds ?? []).sort((a, b) => a - b);
  const bad = [failed > 0 ? `${failed} failed` : '', cancelled > 0 ? `${cancelled} cancelled` : ''].filter(Boolean);
  const met = job.deadline === null ? '' : `; the deadline was ${job.deadline.met ? 'met' : 'missed'}`;
  const sentence =
    `${done} of ${plural(job.counts.total, 'image')} done in ${seconds(took)}` +
    `${took > 0 ? ` (${(job.counts.total / took).toFixed(1)} a second)` : ''}` +
    `${bad.length > 0 ? `, ${bad.join(', ')}` : ''}; half of them within ${seconds(percentile(times, 0.5))}, ` +
    `95 % within ${seconds(percentile(times, 0.95))}${met}`;
  const rest = job.items.length > ROWS ? [`… and ${job.items.length - ROWS} more (--json has all)`] : [];
  const [first] = job.items.flatMap(({ links }) => links.result ?? []);
  const picture = first === undefined ? [] : [`${base}${first} is the first picture`];
  return [table([heading, ...rows]), ...rest, '', ...reasons, sentence, ...picture].join('\n');
}

/** Asks for the job until it is finished; a lab that is away for a while is waited for. */
async function finished(
  api: ReturnType<typeof frontEnd>,
  id: string,
  onProgress: (job: JobView) => void,
): Promise<JobView> {
  let answeredAt = performance.now();
  for (;;) {
    try {
      const job = await api.job(id);
      answeredAt = performance.now();
      onProgress(job);
      if (job.finished_at !== null) return job;
    } catch (error) {
      if (performance.now() - answeredAt > AWAY_LIMIT_MS) throw error;
    }
    await wait(POLL_MS);
  }
}

function showProgress({ counts: { total, done, failed, cancelled } }: JobView): void {
  if (!process.stderr.isTTY) return;
  const width = 30;
  const finished = done + failed + cancelled;
  const filled = Math.round((width * finished) / total);
  process.stderr.write(`\r${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${finished} of ${total} `);
}

export const command: Command = {
  summary: 'send a job of n images; --wait shows how long each step took',
  usage: '[n]',
  positionals: { min: 0, max: 1 },
  options: {
    sample: {
      type: 'string',
      value: 'NAME',
      help: 'which picture, of those at /samples (harbour where none is given)',
    },
    size: { type: 'string', value: 'WxH', help: 'how large it becomes, in pixels (320x240)' },
    fit: { type: 'string', value: fits.join('|'), help: 'how it is fitted into that size' },
    format: { type: 'string', value: formats.join('|'), help: 'how it is encoded' },
    deadline: { type: 'string', value: 'SECONDS', help: 'when it shall be done' },
    wait: { type: 'boolean', help: 'wait for all images; exit code 1 where one failed' },
    json: { type: 'boolean', help: 'as one JSON object' },
  },
  more: 'Examples:\n  ./lab send\n  ./lab send 100 --sample mountains --size 800x600 --wait',
  async run({ values, positionals: [n = '1'] }) {
    const count = wholeNumber('the number of images', n, { min: 1, max: MAX_IMAGES });
    const image = {
      source: `sample:${textOf(values.sample) ?? 'harbour'}`,
      ...parseSize(textOf(values.size) ?? '320x240'),
      fit: oneOf('--fit', fits, values.fit),
      format: oneOf('--format', formats, values.format),
    };
    const body = { images: Array.from({ length: count }, () => image), deadline_seconds: deadline(values.deadline) };
    const { frontend } = await (await requireLab()).addresses();
    if (frontend === undefined) throw new CannotRun('the front end is not running; ./lab up frontend starts it');
    const api = frontEnd(frontend);
    const accepted = await api.submit(body);
    if (!values.wait) {
      const text = `job ${accepted.id}: ${plural(count, 'image')} accepted\n${paint('dim', frontend + accepted.links.self)}`;
      console.log(values.json ? JSON.stringify(accepted) : text);
      return 0;
    }
    const job = await finished(api, accepted.id, showProgress);
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    console.log(
      values.json ? JSON.stringify(job) : `${report(job, frontend)}\n${paint('dim', frontend + job.links.self)}`,
    );
    return job.counts.done === job.counts.total ? 0 : 1;
  },
};
