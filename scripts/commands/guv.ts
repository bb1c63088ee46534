// `./lab guv`: checks a guv.yaml, tells what it allows, answers in guv's own terms, and writes values and measured times into it.
import { basename } from 'node:path';
import { createInterface } from 'node:readline';
import { capacityOf, narrowest } from '../../services/shared/guv/capacity.ts';
import { KEY_HEADING, keyRows } from '../../services/shared/guv/key-rows.ts';
import { KEYS } from '../../services/shared/guv/keys.ts';
import { GuvConfigError, problemLine } from '../../services/shared/guv/problem.ts';
import { checkRoles, readGuvConfig } from '../../services/shared/guv/read-config.ts';
import { ask, onTerminal } from '../ask.ts';
import { CannotRun, type Command, textOf } from '../command.ts';
import { adoption, measuredTimes } from '../guv/adoption.ts';
import { configText, orProblems } from '../guv/config-text.ts';
import { createDecider } from '../guv/decide.ts';
import { servicesBeside } from '../guv/services-beside.ts';
import { readAssignment, setValues, type Written } from '../guv/set-value.ts';
import { pathOf } from '../lab-files.ts';
import { printable } from '../printable.ts';
import { replaceFile } from '../replace-file.ts';
import { scaler } from '../scaler-client.ts';
import { paint, plural, table } from '../terminal.ts';

const FILE = 'guv.yaml';

interface Asked {
  file: string;
  /** What stands behind the action, where that is no file. */
  rest: string[];
  values: Record<string, unknown>;
}

interface Action {
  /** Options that it takes. */
  takes: readonly string[];
  /** What may stand behind it. */
  words: 'file' | 'values' | 'nothing';
  run(asked: Asked): Promise<number>;
}

const listOf = (value: unknown): string[] | undefined =>
  textOf(value)
    ?.split(',')
    .map((one) => one.trim());

async function validate({ file, values }: Asked): Promise<number> {
  const text = await configText(file);
  const services = listOf(values.services) ?? (await servicesBeside(file));
  const read = await orProblems(() => {
    const config = readGuvConfig(text, file, { allow: listOf(values['allow-key']) ?? [] });
    const strangers = services === undefined ? [] : checkRoles(config, services);
    if (strangers.length > 0) throw new GuvConfigError(file, strangers);
    return config;
  });
  if ('problems' in read) {
    console.log(values.json ? JSON.stringify({ file, ok: false, problems: read.problems }) : read.lines.join('\n'));
    return 1;
  }
  const { roles, notes } = read.value;
  if (values.json) console.log(JSON.stringify({ file, ok: true, roles: roles.map(({ role }) => role), notes }));
  else {
    for (const note of notes) console.error(paint('yellow', printable(problemLine(file, note))));
    console.log(`${file} is fine: ${roles.map(({ role }) => role).join(', ') || 'no roles'}`);
  }
  return 0;
}

const perMinute = (jobs: number): string => String(jobs < 100 ? Number(jobs.toFixed(1)) : Math.round(jobs));

async function capacity({ file, values }: Asked): Promise<number> {
  const text = await configText(file);
  const read = await orProblems(() => readGuvConfig(text, file).roles.map(capacityOf));
  if ('problems' in read) {
    console.error(read.lines.join('\n'));
    return 1;
  }
  const roles = read.value;
  if (values.json) {
    console.log(JSON.stringify({ file, unit: 'jobs a minute', roles }));
    return 0;
  }
  const rows = roles.map(({ role, minimum, maximum, perReplica, atMinimum, atMaximum }) => [
    role,
    perMinute(perReplica),
    String(minimum),
    perMinute(atMinimum),
    String(maximum),
    perMinute(atMaximum),
  ]);
  console.log(table([['role', 'jobs a minute each', 'minimum', 'at minimum', 'maximum', 'at maximum'], ...rows]));
  const least = narrowest(roles);
  if (least !== undefined && roles.length > 1) {
    console.log(`where a job passes all of them: ${perMinute(least.atMaximum)} a minute, by ${least.role}`);
  }
  return 0;
}

async function decide(): Promise<number> {
  const answer = createDecider();
  let wrong = false;
  let ready: string[] = [];
  const flush = async (): Promise<void> => {
    if (ready.length === 0) return;
    const text = `${ready.join('\n')}\n`;
    ready = [];
    if (!process.stdout.write(text)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  };
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() === '') continue;
    const said = answer(line);
    if ('error' in said) wrong = true;
    ready.push(JSON.stringify(said));
    // Whoever asks line by line gets each answer at once; whoever pipes a file is not slowed down by small writes.
    if (ready.length >= 500 || process.stdin.readableLength === 0) await flush();
  }
  await flush();
  return wrong ? 1 : 0;
}

async function adoptTimes({ file, values }: Asked): Promise<number> {
  if (values.write && values['dry-run']) throw new CannotRun('--write and --dry-run exclude each other');
  const text = await configText(file);
  const client = await scaler({ scaler: values.from });
  const measured = measuredTimes(await client.get('/status'));
  const read = await orProblems(() => {
    try {
      return adoption(text, measured, file);
    } catch (error) {
      throw error instanceof GuvConfigError ? error : new CannotRun(`${file}: ${(error as Error).message}`);
    }
  });
  if ('problems' in read) {
    console.error([...read.lines, `${file} was not changed`].join('\n'));
    return 1;
  }
  const { text: adopted, changes, unmeasured } = read.value;
  const write = adopted !== text && !values['dry-run'];
  const say = (line: string): void => (values.json ? console.error(line) : console.log(line));
  for (const { role, key, from, to } of changes) say(`${role}.${key}: ${from} → ${to}`);
  if (unmeasured.length > 0) say(paint('dim', `nothing was measured of ${unmeasured.join(', ')}`));
  const question = `write ${plural(changes.length, 'number')} into ${file}?`;
  const written = write && (values.write === true || !onTerminal() || (await ask(question)));
  if (written) await replaceFile(file, adopted);
  if (values.json) console.log(JSON.stringify({ file, written, changes, unmeasured }));
  else if (written) console.log(`wrote ${plural(changes.length, 'number')} into ${file}`);
  else console.log(adopted === text ? `${file} says it already` : `${file} was not changed`);
  return 0;
}

/** The line as it was and as it is; a new one has none before. */
function writtenText(file: string, { role, key, line, before, after }: Written): string {
  if (before === after) return `${file}:${line} says it already: ${after.trim()}`;
  const lines = [
    ...(before === undefined ? [] : [paint('red', `- ${printable(before.trim())}`)]),
    paint('green', `+ ${printable(after.trim())}`),
  ];
  return [`${file}:${line} ${printable(role)}.${printable(key)}`, ...lines].join('\n');
}

async function set({ rest, values }: Asked): Promise<number> {
  const file = textOf(values.file) ?? pathOf(FILE);
  const assignments = rest.map(readAssignment);
  const text = await configText(file);
  const services = await servicesBeside(file);
  const read = await orProblems(() => {
    const done = setValues(text, assignments);
    const config = readGuvConfig(done.text, file);
    const strangers = services === undefined ? [] : checkRoles(config, services);
    if (strangers.length > 0) throw new GuvConfigError(file, strangers);
    return done;
  });
  if ('problems' in read) {
    console.error([...read.lines, `${file} was not changed`].join('\n'));
    return 1;
  }
  const { text: changed, written } = read.value;
  if (changed !== text) await replaceFile(file, changed);
  if (values.json) console.log(JSON.stringify({ file, changed: changed !== text, written }));
  else console.log(written.map((one) => writtenText(basename(file), one)).join('\n'));
  return 0;
}

async function keys({ values }: Asked): Promise<number> {
  console.log(values.json ? JSON.stringify(KEYS) : table([KEY_HEADING, ...keyRows()]));
  return 0;
}

const ACTIONS: Record<string, Action> = {
  validate: { takes: ['json', 'allow-key', 'services'], words: 'file', run: validate },
  capacity: { takes: ['json'], words: 'file', run: capacity },
  decide: { takes: [], words: 'nothing', run: decide },
  adopt: { takes: ['json', 'from', 'write', 'dry-run'], words: 'file', run: adoptTimes },
  set: { takes: ['json', 'file'], words: 'values', run: set },
  keys: { takes: ['json'], words: 'nothing', run: keys },
};

/** @throws {CannotRun} where the action is none, or does not take what was given */
function actionOf(name: string, values: Record<string, unknown>, rest: readonly string[]): Action {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) {
    throw new CannotRun(
      `expected ${Object.keys(ACTIONS).join(', ')}, got ${JSON.stringify(name)} (see ./lab guv --help)`,
    );
  }
  const [first, second] = rest;
  if (first !== undefined && action.words === 'nothing') {
    throw new CannotRun(`./lab guv ${name} takes no file, got ${JSON.stringify(first)}`);
  }
  if (second !== undefined && action.words === 'file') {
    throw new CannotRun(`unexpected argument ${JSON.stringify(second)} (see ./lab guv --help)`);
  }
  if (first === undefined && action.words === 'values') {
    throw new CannotRun(`./lab guv ${name} wants role.key=value such as resize.deadline=4`);
  }
  const extra = Object.keys(command.options).find(
    (option) => values[option] !== undefined && !action.takes.includes(option),
  );
  if (extra !== undefined) throw new CannotRun(`./lab guv ${name} has no --${extra}`);
  return action;
}

export const command: Command = {
  summary: "how roles scale (guv.yaml): check it, what it allows, set a value, ask guv's rule, adopt what was measured",
  usage: 'validate [file] | capacity [file] | decide | adopt [file] | set <role.key=value>… | keys',
  positionals: { min: 1, max: 50 },
  options: {
    json: { type: 'boolean', help: 'as one JSON object' },
    services: {
      type: 'string',
      value: 'a,b',
      help: 'validate: what can be scaled, where no docker-compose.yml stands beside the file',
    },
    'allow-key': { type: 'string', value: 'a,b', help: 'validate: unknown keys that are allowed' },
    from: {
      type: 'string',
      value: 'URL',
      help: "adopt: the scaler that has measured, where it is not the running lab's",
    },
    file: { type: 'string', value: 'FILE', help: "set: the file, where it is not the running lab's" },
    write: { type: 'boolean', help: 'adopt: do not ask before the file is changed' },
    'dry-run': { type: 'boolean', help: 'adopt: only show what would change' },
  },
  more:
    '  validate  every problem with its line and reason; exit code 0 where there is none, 1 where there is\n' +
    '  capacity  jobs a minute of each role: with one replica, at its minimum, at its maximum\n' +
    "  decide    answers with guv's own rule: for each line {config, role, history, currentWorkers, messages} on standard\n" +
    '            input one with {estimate, next}, where null as next is: change nothing; a line that is wrong is answered\n' +
    '            with {error}, and the exit code is 1 in the end\n' +
    '  adopt     writes what the scaler has measured (processing, stddev) into the file, which keeps its comments\n' +
    '  set       writes values into the file, all or none, and says each line before and after; a running scaler\n' +
    '            follows within a second; * stands for all roles\n' +
    '  keys      all keys that may stand in the file\n' +
    `The file is the running lab's where none is given: ${FILE} here, or in GUV_FOLDER. Elsewhere than on a terminal nothing is asked.\n` +
    'Examples:\n' +
    '  ./lab guv validate && echo fine\n' +
    '  ./lab guv validate other.yaml --services resize,mail\n' +
    '  ./lab guv adopt --dry-run\n' +
    '  ./lab guv set resize.deadline=4\n' +
    `  echo '{"config": "r: {max: 40}", "role": "r", "history": [], "currentWorkers": 2, "messages": 40}' | ./lab guv decide`,
  async run({ values, positionals: [name = '', ...rest] }) {
    return actionOf(name, values, rest).run({ file: rest[0] ?? pathOf(FILE), rest, values });
  },
};
