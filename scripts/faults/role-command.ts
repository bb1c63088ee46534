// What ./lab kill, pause, cut and restart have in common: their options, and what they answer.
import { CannotRun, type CommandInput, type CommandOption, textOf, wholeNumber } from '../command.ts';
import { interruption } from '../lab-broker.ts';
import { findTarget } from '../lab-view.ts';
import { requireLab } from '../running-lab.ts';
import { optionalDuration } from './duration.ts';
import { runRoleFault, type Verb } from './role-fault.ts';
import { anySeed } from './victims.ts';

const MOST = 100;
const LARGEST_SEED = 2 ** 32 - 1;

export const roleOptions = {
  n: { type: 'string', short: 'n', value: 'N', help: 'so many of its replicas, at random (all where it is not given)' },
  every: {
    type: 'string',
    value: 'DURATION',
    help: 'again and again, with --for: each time the last ones are brought back first',
  },
  for: {
    type: 'string',
    value: 'DURATION',
    help: 'for so long, such as 30s; then it is undone, also when this command was killed',
  },
  seed: { type: 'string', value: 'SEED', help: 'the same seed draws the same replicas' },
  detach: { type: 'boolean', short: 'd', help: 'with --for: do not wait for its end' },
} as const satisfies Record<string, CommandOption>;

export const seedOf = (given: unknown): number =>
  typeof given === 'string' ? wholeNumber('--seed', given, { min: 0, max: LARGEST_SEED }) : anySeed();

function timesOf(values: CommandInput['values'], verb: Verb) {
  const everySeconds = optionalDuration('--every', values.every);
  const forSeconds = optionalDuration('--for', values.for);
  if (everySeconds !== undefined && forSeconds === undefined)
    throw new CannotRun('--every wants --for: say when it ends');
  if (values.detach && everySeconds !== undefined) throw new CannotRun('--detach and --every exclude each other');
  if (values.detach && forSeconds === undefined) throw new CannotRun('--detach wants --for');
  if (verb === 'restart' && forSeconds !== undefined && everySeconds === undefined) {
    throw new CannotRun('--for wants --every: a restart is over at once');
  }
  return { everySeconds, forSeconds, detach: values.detach === true };
}

/** @throws {CannotRun} for bad input, or where the mode cannot do it */
export async function runRoleCommand(
  verb: Verb,
  { values, positionals }: CommandInput,
  signal?: string,
): Promise<number> {
  const times = timesOf(values, verb);
  const n = textOf(values.n);
  const count = n === undefined ? undefined : wholeNumber('--n', n, { min: 1, max: MOST });
  const seed = seedOf(values.seed);
  const lab = await requireLab();
  const [given = ''] = positionals;
  const target = findTarget(await lab.services(), given);
  const fault = { verb, target, n: count, seed, ...times, ...(signal === undefined ? {} : { signal }) };
  if (await runRoleFault(lab, fault, interruption())) return 0;
  console.log(`nothing of ${given} was running`);
  return 1;
}
