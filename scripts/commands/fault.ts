// `./lab fault`: breaks what the service is built on, says what that looks like, and undoes it.
import { CannotRun, type Command, type CommandInput } from '../command.ts';
import { clearFaults, faultsText, presentFaults } from '../faults/clear.ts';
import { optionalDuration } from '../faults/duration.ts';
import { runPoison } from '../faults/poison-fault.ts';
import { runServiceFault, type ServiceFault, serviceFaults } from '../faults/service-fault.ts';
import { interruption } from '../lab-broker.ts';
import { requireLab } from '../running-lab.ts';
import { plural } from '../terminal.ts';

const KINDS = [...Object.keys(serviceFaults), 'poison', 'list', 'clear'];

const isService = (what: string): what is ServiceFault['what'] => Object.hasOwn(serviceFaults, what);

/** What may stand behind the kind. @throws {CannotRun} */
function checkHow(what: string, how: string | undefined): void {
  if (!KINDS.includes(what)) throw new CannotRun(`expected ${KINDS.join(', ')}, got ${JSON.stringify(what)}`);
  if (isService(what)) {
    const known = serviceFaults[what];
    if (how === undefined || !known.includes(how)) {
      const got = how === undefined ? 'nothing' : JSON.stringify(how);
      throw new CannotRun(`fault ${what} must be one of ${known.join(', ')}, got ${got}`);
    }
  } else if (how !== undefined && what !== 'clear') throw new CannotRun(`fault ${what} takes nothing behind it`);
}

function checkOptions(what: string, values: CommandInput['values']): void {
  const allowed = isService(what) ? ['for', 'detach'] : what === 'poison' ? ['detach'] : ['json'];
  for (const option of ['for', 'detach', 'json']) {
    if (values[option] !== undefined && !allowed.includes(option)) {
      throw new CannotRun(`--${option} is not for fault ${what}`);
    }
  }
}

async function list(json: boolean): Promise<number> {
  const faults = await presentFaults(await requireLab());
  console.log(json ? JSON.stringify(faults) : faultsText(faults));
  return 0;
}

async function clear(json: boolean, only: string | undefined): Promise<number> {
  const lab = await requireLab();
  if (only !== undefined && !(await presentFaults(lab)).some(({ id }) => id === only)) {
    throw new CannotRun(`there is no fault ${JSON.stringify(only)}; ./lab fault list shows which there are`);
  }
  const cleared = await clearFaults(lab, interruption(), only);
  const { undone, replayed, problems } = cleared;
  if (json) console.log(JSON.stringify(cleared));
  else if (undone.length > 0) console.log(`${plural(undone.length, 'fault')} undone: ${undone.join('; ')}`);
  else if (replayed === 0 && problems.length === 0) console.log('nothing is broken on purpose');
  for (const { what, problem } of problems) console.error(`lab: not undone: ${what}: ${problem}`);
  return problems.length > 0 ? 1 : 0;
}

export const command: Command = {
  summary: 'break the vendor, the broker or the database, or send a poison item; list and clear faults',
  usage: `<${KINDS.join('|')}> [how]`,
  positionals: { min: 1, max: 2 },
  options: {
    for: {
      type: 'string',
      value: 'DURATION',
      help: 'for so long, such as 30s; then it is undone, also when this command was killed',
    },
    detach: { type: 'boolean', short: 'd', help: 'do not wait for its end' },
    json: { type: 'boolean', help: 'list, clear: as JSON' },
  },
  more:
    `vendor ${serviceFaults.vendor.join('|')}; broker ${serviceFaults.broker.join('|')}; database ${serviceFaults.database.join('|')}. ` +
    'Without --for a fault lasts until it is cleared\n(a lock 30 s). poison sends a job with an item that ends each worker that takes it.\n' +
    'Examples:\n' +
    '  ./lab fault vendor down --for 30s\n' +
    '  ./lab fault broker restart\n' +
    '  ./lab fault database stop --for 20s\n' +
    '  ./lab fault poison\n' +
    '  ./lab fault clear            all of it, now; poison in the dead letters is replayed as a good picture',
  async run({ values, positionals: [what = '', how] }) {
    checkHow(what, how);
    checkOptions(what, values);
    const forSeconds = optionalDuration('--for', values.for);
    const detach = values.detach === true;
    if (what === 'list') return list(values.json === true);
    if (what === 'clear') return clear(values.json === true, how);
    const lab = await requireLab();
    if (what === 'poison') return (await runPoison(lab, { detach, signal: interruption() })) ? 0 : 1;
    if (isService(what)) await runServiceFault(lab, { what, how: how!, forSeconds, detach }, interruption());
    return 0;
  },
};
