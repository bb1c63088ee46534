// `./lab load`: sends load to the lab, one scenario at a time, and keeps what came of it.
import { CannotRun, type Command, type CommandOption } from '../command.ts';
import { climb } from '../load/climb.ts';
import { dialOptions, runDial } from '../load/dial.ts';
import { runHttp } from '../load/http.ts';
import { lastResult, resultText } from '../load/results.ts';
import { findScenario, ladder } from '../load/scenarios.ts';
import { folderOf, targetOptions, type Values } from '../load/target.ts';
import { printable } from '../printable.ts';
import { table } from '../terminal.ts';

interface Action {
  /** Its line in the list, where it stands there. */
  summary?: string;
  /** The options that it takes. */
  takes: readonly string[];
  run(values: Values): Promise<number>;
}

async function list(values: Values): Promise<number> {
  const others = Object.entries(ACTIONS).flatMap(([name, { summary }]) =>
    summary ? [{ step: '', name, summary }] : [],
  );
  const all = [...ladder().map(({ step, name, summary }) => ({ step, name, summary })), ...others];
  const rows = all.map(({ step, name, summary }) => [step, name, summary]);
  console.log(values.json ? JSON.stringify(all) : table(rows, { indent: '  ', heading: false }));
  return 0;
}

async function last(values: Values): Promise<number> {
  const result = await lastResult(folderOf(values));
  console.log(values.json ? JSON.stringify(result) : resultText(result));
  return result.passed ? 0 : 1;
}

async function http(values: Values): Promise<number> {
  const result = await runHttp(values);
  console.log(values.json ? JSON.stringify(result) : resultText(result));
  return result.passed ? 0 : 1;
}

/** What is no step of the ladder. */
const ACTIONS: Record<string, Action> = {
  http: {
    summary: 'How many jobs a second are taken: POST /jobs beside POST /sync/images (autocannon).',
    takes: ['duration', 'url', 'results', 'json'],
    run: http,
  },
  dial: {
    summary: "The lab's own load, which is turned while it runs (services/dial).",
    takes: Object.keys(dialOptions),
    run: (values) => runDial({ values }),
  },
  list: { takes: ['json'], run: list },
  last: { takes: ['results', 'json'], run: last },
};

function actionOf(name: string, extra: readonly string[]): Action {
  if (Object.hasOwn(ACTIONS, name)) {
    if (extra.length > 0) throw new CannotRun(`./lab load ${name} does not run k6: nothing may stand behind --`);
    return ACTIONS[name]!;
  }
  const scenarios = ladder();
  const scenario = findScenario(scenarios, name);
  const takes = ['rate', 'duration', 'url', 'results', 'json'];
  if (scenario !== undefined) return { takes, run: (values) => climb(scenario, values, extra) };
  const names = [...scenarios.map((one) => one.name), ...Object.keys(ACTIONS)].join(', ');
  throw new CannotRun(`there is no scenario ${JSON.stringify(printable(name))}; there are ${names}`);
}

/** What stands behind `--` goes on to k6. @throws {CannotRun} where there is another word before it */
function extraOf(rest: readonly string[]): readonly string[] {
  // parseArgs takes the `--` itself away, and with it the difference.
  const at = process.argv.indexOf('--');
  const extra = at === -1 ? [] : process.argv.slice(at + 1);
  const [unexpected] = rest.slice(0, rest.length - extra.length);
  if (unexpected === undefined) return extra;
  throw new CannotRun(`unexpected argument ${JSON.stringify(printable(unexpected))} (what is for k6 stands behind --)`);
}

const ofTheDial = Object.fromEntries(
  Object.entries<CommandOption>(dialOptions).map(([name, option]) => [
    name,
    { ...option, help: `dial: ${option.help}` },
  ]),
);

export const command: Command = {
  summary: 'send load: a step of the k6 ladder, the dial, or how fast jobs are taken; list shows what there is',
  usage: '<scenario>',
  positionals: { min: 1, max: Number.POSITIVE_INFINITY },
  options: {
    ...ofTheDial,
    rate: { type: 'string', value: 'N', help: 'jobs a second; a scenario has its own where none is given' },
    duration: { type: 'string', value: 'TIME', help: 'a scenario: for how long jobs arrive: 30s, 1m30s, 2h' },
    ...targetOptions,
    json: { type: 'boolean', help: 'the numbers as one JSON object; dial: one each second' },
  },
  more:
    'Scenarios are steps of loadtests/k6 by number or name, http, dial; list shows them all, and last the last table again.\n' +
    'k6 is taken from the path, else from Docker. Exit code 1 where a threshold is crossed; results are kept in .lab/results.\n' +
    'Examples:\n' +
    '  ./lab load list\n' +
    '  ./lab load overwhelm\n' +
    '  ./lab load 03 --rate 4 --duration 1m\n' +
    '  ./lab load 06 -- -e PEAK=40\n' +
    '  ./lab load http\n' +
    '  ./lab load dial --rate 20 --shape sine',
  async run({ values, positionals: [name = '', ...rest] }) {
    const { takes, run } = actionOf(name, extraOf(rest));
    const other = Object.keys(values).find((option) => !takes.includes(option));
    if (other !== undefined) throw new CannotRun(`./lab load ${name} takes no --${other}`);
    return run(values);
  },
};
