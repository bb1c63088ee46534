// `./lab compare`: the same load twice, with scaling off and with scaling on, and a page that shows both side by side.
import { fits, MAX_IMAGES } from '../../services/shared/messages.ts';
import { CannotRun, type Command, textOf, wholeNumber } from '../command.ts';
import { compare } from '../compare/compare.ts';
import type { Comparison, LoadFacts } from '../compare/comparison.ts';
import { heldRoles } from '../compare/lab-state.ts';
import { dueTimes, SHAPES } from '../compare/load-option.ts';
import { thisMachine } from '../compare/machine.ts';
import { DEFAULTS, repeatCommand } from '../compare/repeat-command.ts';
import { sampleLine, textReport } from '../compare/report-text.ts';
import { checkPage, keep } from '../compare/results-folder.ts';
import { interruption } from '../lab-broker.ts';
import { ComposeError, durationMs } from '../local/compose-file.ts';
import { requireLab } from '../running-lab.ts';
import { scaler, scalerOptions } from '../scaler-client.ts';
import { noAsExitCode } from '../service-client.ts';
import { number } from '../simulation/numbers.ts';
import { paint, plural, table } from '../terminal.ts';
import { parseSize } from './send.ts';

const LONGEST_SECONDS = 3_600;
const MOST_SEED = 2 ** 32 - 1;
const MOST_JOBS = 100_000;
/** A run is ended so many deadlines after its last arrival. */
const PATIENCE_DEADLINES = 6;
const MOST_DEADLINE = 3_600;

interface Asked {
  load: LoadFacts;
  /** Seconds. */
  deadline: number;
  due: number[];
}

/** `90s`, `2m`, or plain seconds. @throws {CannotRun} */
function secondsOf(text: string): number {
  try {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : durationMs(text) / 1000;
    if (value > 0 && value <= LONGEST_SECONDS) return value;
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
  }
  throw new CannotRun(`--for must be a time such as 90s or 2m, up to 1h, got ${JSON.stringify(text)}`);
}

/** @throws {CannotRun} naming the option that is wrong */
async function askedLoad(values: Record<string, unknown>): Promise<Asked> {
  const text = (option: keyof typeof DEFAULTS): string => textOf(values[option]) ?? DEFAULTS[option];
  const load: LoadFacts = {
    shape: text('shape'),
    rate: number('--rate', text('rate'), { above: 0, most: 10_000 }),
    seconds: secondsOf(text('for')),
    seed: wholeNumber('--seed', text('seed'), { min: 0, max: MOST_SEED }),
    set: wholeNumber('--set', text('set'), { min: 1, max: MAX_IMAGES }),
    sample: text('sample'),
    size: text('size'),
  };
  parseSize(load.size);
  const deadline = wholeNumber('--deadline', text('deadline'), { min: 1, max: MOST_DEADLINE });
  if (load.rate * load.seconds > MOST_JOBS) {
    throw new CannotRun(`at most ${MOST_JOBS} jobs are sent: take a lower --rate, or less time with --for`);
  }
  return { load, deadline, due: await dueTimes(load) };
}

function jobOf({ load, deadline }: Asked) {
  const image = { source: `sample:${load.sample}`, ...parseSize(load.size), fit: fits[0] };
  return { images: Array.from({ length: load.set }, () => image), deadline_seconds: deadline };
}

const shapes = table(
  Object.entries(SHAPES).map(([name, { about }]) => [name, about]),
  { indent: '  ', heading: false },
);

async function run(values: Record<string, unknown>): Promise<number> {
  const asked = await askedLoad(values);
  const { load, deadline, due } = asked;
  const out = textOf(values.out);
  if (out !== undefined) await checkPage(out);
  const lab = await requireLab();
  const { frontend } = await lab.addresses();
  if (frontend === undefined) throw new CannotRun('the front end is not running; ./lab up frontend starts it');
  const client = await scaler(values);
  // With --json standard output is JSON alone.
  const say = (line: string): void => (values.json ? console.error : console.log)(paint('dim', line));
  const held = await heldRoles(client);
  if (held.length > 0) say(`fixed or paused by hand, in both runs: ${held.join(', ')}`);
  const what: Comparison['what'] = values.sync ? 'sync' : 'scaling';
  const patience = PATIENCE_DEADLINES * deadline;
  const about = `${load.shape}, ${plural(due.length, 'job')} in ${load.seconds} s, up to ${load.rate} a second, seed ${load.seed}`;
  say(`${about}, deadline ${deadline} s; Ctrl-C puts everything back`);
  const signal = interruption();
  const machine = thisMachine(lab.mode);
  const cpus = lab.mode === 'docker' ? machine.cpus : {};
  const { runs, replicas } = await compare({
    ...{ what, frontend, scaler: client, due, job: jobOf(asked), deadline, patience, cpus, signal, say },
    onSample: (sample) => say(sampleLine(sample)),
  }).catch((error: unknown) => {
    throw signal.aborted ? new CannotRun('ended before both runs were done; nothing was compared') : error;
  });
  const command = repeatCommand(load, { deadline, sync: what === 'sync' });
  const comparison: Comparison = { what, load, deadline, patience, machine, replicas, command, runs };
  const kept = await keep(comparison, out);
  if (values.json) console.log(JSON.stringify({ ...comparison, page: kept.page }));
  else
    console.log(`\n${textReport(comparison)}\n${paint('dim', `${kept.page} shows it, ${kept.results} has all of it`)}`);
  return 0;
}

export const command: Command = {
  summary: 'run the same load with scaling off and on, and show both side by side on a page',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {
    shape: { type: 'string', value: 'NAME', help: `a load by name, or a CSV file with rates (${DEFAULTS.shape})` },
    rate: { type: 'string', value: 'N', help: `jobs a second at the most (${DEFAULTS.rate})` },
    for: { type: 'string', value: 'TIME', help: `how long jobs come, such as 90s or 2m (${DEFAULTS.for})` },
    seed: { type: 'string', value: 'N', help: `another seed, other arrivals (${DEFAULTS.seed})` },
    set: { type: 'string', value: 'N', help: `images in a job (${DEFAULTS.set})` },
    deadline: { type: 'string', value: 'SECONDS', help: `from due to done (${DEFAULTS.deadline})` },
    sample: { type: 'string', value: 'NAME', help: `the picture, of those at /samples (${DEFAULTS.sample})` },
    size: { type: 'string', value: 'WxH', help: `how large it becomes, in pixels (${DEFAULTS.size})` },
    sync: {
      type: 'boolean',
      help: 'compare with the same work inside the request, at the same number of cores and scaling off',
    },
    out: { type: 'string', value: 'FILE', help: 'where the page is written (under .lab/results/)' },
    json: { type: 'boolean', help: 'all that was seen, as one JSON object' },
    ...scalerOptions,
  },
  more:
    `Loads:\n${shapes}\n\n` +
    'It takes a little more than twice the time of --for. A job that is refused has missed its deadline. Both runs begin with the\n' +
    'numbers of docker-compose.yml and an empty backlog; at the end, and at Ctrl-C, mode and numbers are as they were.\n' +
    'Examples:\n' +
    '  ./lab compare\n' +
    '  ./lab compare --shape step --rate 20 --for 2m --out talk.html\n' +
    '  ./lab compare --sync --rate 8 --for 60s',
  run: ({ values }) => noAsExitCode(() => run(values)),
};
