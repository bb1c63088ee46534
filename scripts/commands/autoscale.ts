// `./lab autoscale`: turns the scaler off and on, shows what it sees and wants, asks it why, and takes a role out of its hands.
import { setTimeout as wait } from 'node:timers/promises';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import { CannotRun, type Command, textOf } from '../command.ts';
import { printable } from '../printable.ts';
import { scaler, scalerOptions } from '../scaler-client.ts';
import { statusReport } from '../scaling/status-report.ts';
import { type Done, fixRole, freeRole, pauseRole, resumeRole, setMode } from '../scaling/steering.ts';
import { why } from '../scaling/why.ts';
import type { ServiceClient } from '../service-client.ts';
import { noAsExitCode } from '../service-client.ts';
import { paint } from '../terminal.ts';

const WATCH_EVERY_MS = 1_000;
const CLEAR = '\u001b[H\u001b[J';
/** Columns: fewer than the first are not reckoned with, more than the second are not used. */
const WIDTH = { least: 80, most: 120, unknown: 100 };
const LAST = '10';

interface Asked {
  client: ServiceClient;
  /** What stands behind the action's name. */
  rest: string[];
  values: Record<string, unknown>;
}

interface Action {
  /** What stands behind its name: `<role> [in|out]`, with how many words at least and at most. */
  usage: string;
  words: { min: number; max: number };
  /** Options that it takes besides those of all. */
  takes: readonly string[];
  run(asked: Asked): Promise<number>;
}

function width(): number {
  return Math.min(WIDTH.most, Math.max(WIDTH.least, process.stdout.columns ?? process.stderr.columns ?? WIDTH.unknown));
}

const render = (status: ScalerStatus): string => statusReport(status, { width: width(), now: Date.now() / 1000 });

/** Again each second; a scaler that is away for a while is waited for. */
async function watch(client: ServiceClient): Promise<never> {
  for (;;) {
    const text = await client.get<ScalerStatus>('/status').then(render, (error: Error) => {
      return paint('yellow', error.message);
    });
    const lines = text.split('\n');
    const fit = (process.stdout.rows ?? Number.POSITIVE_INFINITY) - 1;
    const cut = [...lines.slice(0, fit - 1), paint('dim', `… ${lines.length - fit + 1} more lines`)];
    process.stdout.write(`${CLEAR}${(lines.length <= fit ? lines : cut).join('\n')}\n`);
    await wait(WATCH_EVERY_MS);
  }
}

async function status({ client, values }: Asked): Promise<number> {
  if (values.watch && values.json) throw new CannotRun('--watch and --json exclude each other');
  if (values.watch) return watch(client);
  const answer = await client.get<ScalerStatus>('/status');
  console.log(values.json ? JSON.stringify(answer) : render(answer));
  return 0;
}

/** Does what changes something, and says what was done. */
function change(work: (asked: Asked) => Promise<Done>): Action['run'] {
  return async (asked) => {
    const { answer, text } = await work(asked);
    console.log(asked.values.json ? JSON.stringify(answer) : text);
    return 0;
  };
}

const NOTHING = { usage: '', words: { min: 0, max: 0 }, takes: [] };
const A_ROLE = { usage: '<role>', words: { min: 1, max: 1 }, takes: [] };

const ACTIONS: Record<string, Action> = {
  off: {
    ...NOTHING,
    takes: ['restore'],
    run: change(({ client, values }) => setMode(client, 'off', { restore: values.restore === true })),
  },
  advise: { ...NOTHING, run: change(({ client }) => setMode(client, 'advise')) },
  act: { ...NOTHING, run: change(({ client }) => setMode(client, 'act')) },
  status: { ...NOTHING, takes: ['watch'], run: status },
  why: {
    ...A_ROLE,
    takes: ['last', 'follow'],
    run: ({ client, rest: [role = ''], values }) =>
      why(client, {
        role,
        last: textOf(values.last) ?? LAST,
        follow: values.follow === true,
        json: values.json === true,
        width: width(),
      }),
  },
  pause: {
    usage: '<role> [in|out]',
    words: { min: 1, max: 2 },
    takes: [],
    run: change(({ client, rest: [role = '', direction] }) => pauseRole(client, role, direction)),
  },
  resume: { ...A_ROLE, run: change(({ client, rest: [role = ''] }) => resumeRole(client, role)) },
  fix: {
    usage: '<role> <n>',
    words: { min: 2, max: 2 },
    takes: [],
    run: change(({ client, rest: [role = '', n] }) => fixRole(client, role, n)),
  },
  free: { ...A_ROLE, run: change(({ client, rest: [role = ''] }) => freeRole(client, role)) },
};

/** @throws {CannotRun} where the action is none, or does not take what was given */
function actionOf(name: string, rest: readonly string[], values: Record<string, unknown>): Action {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) {
    const known = Object.keys(ACTIONS).join(', ');
    throw new CannotRun(`expected ${known}, got ${JSON.stringify(printable(name))} (see ./lab autoscale --help)`);
  }
  const { usage, words, takes } = action;
  if (rest.length < words.min || rest.length > words.max) {
    throw new CannotRun(`expected ./lab autoscale ${usage === '' ? `${name} and no more` : `${name} ${usage}`}`);
  }
  for (const option of ['restore', 'watch', 'last', 'follow']) {
    if (values[option] === undefined || takes.includes(option)) continue;
    throw new CannotRun(`./lab autoscale ${name} takes no --${option}`);
  }
  return action;
}

export const command: Command = {
  summary: 'turn autoscaling off and on, see what each role needs, and ask why',
  usage: 'off|advise|act|status|why|pause|resume|fix|free [<role>] [in|out|<n>]',
  positionals: { min: 1, max: 3 },
  options: {
    restore: { type: 'boolean', help: 'off: set the numbers of docker-compose.yml again' },
    watch: { type: 'boolean', short: 'w', help: 'status: again each second, until Ctrl-C' },
    last: { type: 'string', short: 'n', value: 'N', help: `why: so many decisions (${LAST})` },
    follow: { type: 'boolean', short: 'f', help: 'why: go on with decisions as they are made' },
    json: { type: 'boolean', help: 'as JSON; why: a decision a line, with all that it was made of' },
    ...scalerOptions,
  },
  more:
    '  off                    looks, and decides nothing; replicas stay as they are\n' +
    '  advise                 says what it would do, and does nothing\n' +
    '  act                    sets the number of replicas of each role of guv.yaml\n' +
    '  status                 what it sees, what it wants and why, on one screen\n' +
    '  why <role>             its last decisions, and the newest with its numbers and formula\n' +
    '  pause <role> [in|out]  no other number; in: no fewer, out: no more\n' +
    '  resume <role>          ends the pause\n' +
    '  fix <role> <n>         this number, whatever the load\n' +
    '  free <role>            ends that\n\n' +
    'Exit code 1 where the scaler says no: there is no such role, or it cannot be done.\n' +
    'Examples:\n  ./lab autoscale act\n  ./lab autoscale status --watch\n  ./lab autoscale why resize --follow',
  async run({ values, positionals: [name = '', ...rest] }) {
    const action = actionOf(name, rest, values);
    const client = await scaler(values);
    return noAsExitCode(() => action.run({ client, rest, values }));
  },
};
