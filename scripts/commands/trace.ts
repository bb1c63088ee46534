// `./lab trace`: where the time of one item went, from accepted to final.
import { CannotRun, type Command, textOf } from '../command.ts';
import { brokerOptions, findBroker } from '../lab-broker.ts';
import { age } from '../message-text.ts';
import { printable } from '../printable.ts';
import { requireLab } from '../running-lab.ts';
import { createServiceClient, noAsExitCode, serviceAddress } from '../service-client.ts';
import { paint } from '../terminal.ts';
import { type FoundItem, findItem } from '../trace/find-item.ts';
import { type Segment, segmentsOf } from '../trace/segments.ts';
import { waterfall } from '../trace/waterfall.ts';
import { type Whereabouts, whereaboutsOf } from '../trace/whereabouts.ts';

interface Traced extends FoundItem {
  id: string;
  segments: Segment[];
  /** Of an item that is not finished. */
  where: Whereabouts | undefined;
}

async function frontEndAddress(given: string | undefined): Promise<string> {
  if (given !== undefined) return serviceAddress('frontend', given, 'http://127.0.0.1:8080');
  const { frontend } = await (await requireLab()).addresses();
  if (frontend === undefined) throw new CannotRun('the front end is not running; ./lab up frontend starts it');
  return frontend;
}

async function trace(given: string | undefined, values: Record<string, unknown>): Promise<Traced> {
  const url = await frontEndAddress(textOf(values.frontend));
  const client = createServiceClient({ name: 'front end', url, token: '', wrongToken: 'wants a token' });
  const found = await findItem(client, given);
  const { job, item } = found;
  const id = `${job.id}.${item.index}`;
  const isOpenWork = item.finished_at === null && job.mode === 'queue' && job.published_at !== null;
  const where = isOpenWork ? await whereaboutsOf(await findBroker(values), id) : undefined;
  const steps = where?.dead?.steps ?? item.timings.steps;
  const end = item.finished_at ?? where?.dead?.died_at ?? steps.at(-1)?.finished_at;
  const segments = end === undefined ? [] : segmentsOf(steps, { start: item.accepted_at, end });
  return { ...found, id, segments, where };
}

/** What became of it, or where it is by what is known. */
function outcome({ job, item, where }: Traced): string {
  if (item.error !== null) return `${item.state} at ${item.error.role}: ${printable(item.error.reason)}`;
  if (item.finished_at !== null) return item.state;
  const dead = where?.dead;
  if (dead !== undefined) {
    return `dead, in ${printable(dead.queue)}: ${printable(dead.reason)} (./lab dead replay ${printable(dead.queue)} sends it back)`;
  }
  if (job.mode === 'sync') return 'not finished: a front end is at it, inside the request';
  if (job.published_at === null) return 'not finished: not yet with the broker; a front end publishes it';
  const places = where?.queues ?? [];
  const held =
    places.length > 0
      ? `one of ${places.join(', ')}`
      : 'not to be seen in the broker; ./lab verdict tells whether it is lost';
  const since = age(Date.parse(item.accepted_at));
  return `not finished, ${since} after it was accepted: with the broker since ${job.published_at.slice(11, 23)}, ${held}`;
}

function report(traced: Traced): string {
  const { id, chosen, segments } = traced;
  return [
    `${paint('bold', id)}${chosen === undefined ? '' : paint('dim', `  ${chosen}`)}`,
    ...(segments.length > 0 ? ['', waterfall(segments), ''] : []),
    outcome(traced),
  ].join('\n');
}

function asJson({ id, job, item, segments, where }: Traced): string {
  const total = segments.reduce((sum, { from, to }) => sum + to - from, 0);
  const { state, accepted_at, finished_at, error } = item;
  const facts = { item: id, job: job.id, state, accepted_at, published_at: job.published_at, finished_at, error };
  return JSON.stringify({ ...facts, total_ms: total, segments, dead: where?.dead ?? null, where: where?.queues ?? [] });
}

export const command: Command = {
  summary: "one item's way through queues and workers, with where its time went",
  usage: '[item or job]',
  positionals: { min: 0, max: 1 },
  options: {
    json: { type: 'boolean', help: 'as one JSON object; times in milliseconds since it was accepted' },
    frontend: { type: 'string', value: 'URL', help: "the front end, where it is not the running lab's" },
    ...brokerOptions,
  },
  more:
    'An item is <job>.<index>. Of a job the slowest item is shown, and of no job the newest. ░ is waiting, █ working, · on its way: between\n' +
    'two times that somebody noted. The segments add up to the total, to the millisecond.\n' +
    'Examples:\n' +
    '  ./lab trace\n' +
    '  ./lab trace 01976f6c-0f5e-7c3a-9d3b-3f1f5a1c2b4d.3',
  run: ({ values, positionals: [given] }) =>
    noAsExitCode(async () => {
      const traced = await trace(given, values);
      console.log(values.json ? asJson(traced) : report(traced));
      return 0;
    }),
};
