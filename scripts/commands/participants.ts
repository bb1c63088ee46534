// `./lab participants`: who is there, as the coordinator hears and sees it.
import { setTimeout as wait } from 'node:timers/promises';
import { CannotRun, type Command, textOf } from '../command.ts';
import { type CoordinatorClient, coordinator, coordinatorOptions } from '../coordinator-client.ts';
import { type ParticipantsAnswer, participantsReport } from '../participants-report.ts';
import { printable } from '../printable.ts';
import { paint } from '../terminal.ts';

const WATCH_EVERY_MS = 1_000;
const CLEAR = '\u001b[H\u001b[J';
/** Columns: fewer than the first are not reckoned with, more than the second are not used. */
const WIDTH = { least: 80, most: 120, unknown: 100 };

async function read(client: CoordinatorClient, role: string | undefined): Promise<ParticipantsAnswer> {
  const answer = await client.get<ParticipantsAnswer>('/participants');
  if (role === undefined) return answer;
  return { ...answer, participants: answer.participants.filter((one) => one.role === role) };
}

function render(answer: ParticipantsAnswer, role: string | undefined): string {
  if (role !== undefined && answer.participants.length === 0) return `nobody has the role ${printable(role)}`;
  const width = Math.min(
    WIDTH.most,
    Math.max(WIDTH.least, process.stdout.columns ?? process.stderr.columns ?? WIDTH.unknown),
  );
  return participantsReport(answer, { width, now: Date.now() });
}

/** Again each second; a coordinator that is away for a while is waited for. */
async function watch(client: CoordinatorClient, role: string | undefined): Promise<never> {
  for (;;) {
    const text = await read(client, role).then(
      (answer) => render(answer, role),
      (error: Error) => paint('yellow', error.message),
    );
    const lines = text.split('\n');
    const fit = (process.stdout.rows ?? Number.POSITIVE_INFINITY) - 1;
    const shown =
      lines.length <= fit
        ? lines
        : [...lines.slice(0, fit - 1), paint('dim', `… ${lines.length - fit + 1} more lines`)];
    process.stdout.write(`${CLEAR}${shown.join('\n')}\n`);
    await wait(WATCH_EVERY_MS);
  }
}

export const command: Command = {
  summary: 'show who is there: roles, replicas with their state, ports with their queues',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {
    role: { type: 'string', value: 'ROLE', help: 'of this role only; exit code 1 where nobody has it' },
    watch: { type: 'boolean', short: 'w', help: 'again each second, until Ctrl-C' },
    json: { type: 'boolean', help: 'as one JSON object' },
    ...coordinatorOptions,
  },
  more:
    'States: up; draining (it takes no new work, and is still there); paused (its network is stopped); silent (not heard, and\n' +
    'not seen on the broker); gone (its connection to the broker has ended).',
  async run({ values }) {
    if (values.watch && values.json) throw new CannotRun('--watch and --json exclude each other');
    const role = textOf(values.role);
    const client = await coordinator(values);
    if (values.watch) return watch(client, role);
    const answer = await read(client, role);
    console.log(values.json ? JSON.stringify(answer) : render(answer, role));
    return role !== undefined && answer.participants.length === 0 ? 1 : 0;
  },
};
