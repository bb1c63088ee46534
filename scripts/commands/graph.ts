// `./lab graph`: the live graph shown, compared with its file, made as the file says, taken down, or written to the file.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { parseGraph } from '../../services/coordinator/graph/parse.ts';
import type { Difference } from '../../services/coordinator/http/graph-difference.ts';
import type { GraphView } from '../../services/coordinator/http/graph-view.ts';
import { ask, onTerminal } from '../ask.ts';
import { CannotRun, type Command, textOf } from '../command.ts';
import { type CoordinatorClient, coordinator, coordinatorOptions } from '../coordinator-client.ts';
import { differenceLines, differenceSentence, isSame, takesAway } from '../difference-report.ts';
import { drawGraph, hasUnicode } from '../drawing/graph-drawing.ts';
import { saveGraph } from '../graph-save.ts';
import { printable } from '../printable.ts';
import { noAsExitCode, Refused } from '../service-client.ts';
import { paint, plural, seconds } from '../terminal.ts';

const FILE = 'service.fbp';
const FORMATS = ['drawing', 'fbp', 'json'] as const;
/** Columns: narrower than this no box fits; and where no terminal says how wide it is. */
const WIDTH = { least: 40, unknown: 100 };

interface Asked {
  client: CoordinatorClient;
  file: string;
  values: Record<string, unknown>;
  /** For people: on standard output, unless that is for JSON. */
  say(text: string): void;
}

interface Action {
  /** Options that it takes besides those of all. */
  takes: readonly string[];
  takesFile: boolean;
  run(asked: Asked): Promise<number>;
}

async function show({ client, values }: Asked): Promise<number> {
  const format = textOf(values.format) ?? 'drawing';
  if (format === 'fbp') process.stdout.write(await client.text('/graph?format=fbp'));
  else if (format === 'json') console.log(JSON.stringify(await client.get('/graph?format=json'), null, 2));
  else {
    const view = await client.get<GraphView>('/graph');
    const width = Math.max(WIDTH.least, process.stdout.columns ?? process.stderr.columns ?? WIDTH.unknown);
    console.log(values.json ? JSON.stringify(view) : drawGraph(view, { width, unicode: hasUnicode(process.env) }));
  }
  return 0;
}

const textOfFile = (file: string): Promise<string> =>
  readFile(file, 'utf8').catch((error: Error) => {
    throw new CannotRun(`${file} cannot be read: ${error.message}`);
  });

async function differenceOf(client: CoordinatorClient, file: string, text: string): Promise<Difference> {
  try {
    return await client.send<Difference>('POST', `/graph/diff?name=${encodeURIComponent(file)}`, text);
  } catch (error) {
    // A file that cannot be parsed has no difference: 1 is for those that differ.
    throw error instanceof Refused ? new CannotRun(error.message) : error;
  }
}

async function diff({ client, file, values }: Asked): Promise<number> {
  const difference = await differenceOf(client, file, await textOfFile(file));
  const same = isSame(difference);
  const sentence = same ? `the live graph is as ${file} says` : differenceSentence(difference);
  console.log(values.json ? JSON.stringify(difference) : [...differenceLines(difference), sentence].join('\n'));
  return same ? 0 : 1;
}

/** Whether to go on: asked on a terminal only, and only without --yes. */
async function confirmed(question: string, values: Record<string, unknown>): Promise<boolean> {
  if (values.yes || !onTerminal() || (await ask(question))) return true;
  console.error('nothing was changed');
  return false;
}

async function apply({ client, file, values, say }: Asked): Promise<number> {
  const text = await textOfFile(file);
  const difference = await differenceOf(client, file, text);
  for (const line of differenceLines(difference)) say(line);
  const { remove, roles } = difference;
  const what = remove.length > 0 ? plural(remove.length, 'edge') : plural(roles.remove.length, 'role');
  if (takesAway(difference) && !(await confirmed(`take ${what} off the live graph?`, values))) return 1;
  return noAsExitCode(async () => {
    const path = `/graph?name=${encodeURIComponent(file)}`;
    const done = await client.send<Difference & { tookMs: number }>('PUT', path, text);
    if (values.json) console.log(JSON.stringify(done));
    else if (isSame(done)) console.log(`the live graph is as ${file} says already: ${plural(done.unchanged, 'edge')}`);
    else {
      const { add, remove, unchanged, tookMs } = done;
      const counts = `${add.length} made, ${remove.length} taken away, ${unchanged} as before`;
      console.log(`the live graph is as ${file} says now: ${counts}, in ${seconds(tookMs / 1000)}`);
    }
    return 0;
  });
}

async function down({ client, values, say }: Asked): Promise<number> {
  const { edges } = await client.get<GraphView>('/graph');
  if (edges.length > 0) {
    for (const { edge } of edges) say(paint('red', `- ${printable(edge)}`));
    say('without edges the front end answers 503, and workers keep what they have made;');
    say('what is queued is still worked on. ./lab graph apply makes the edges again');
    if (!(await confirmed(`take ${plural(edges.length, 'edge')} off the live graph?`, values))) return 1;
  }
  return noAsExitCode(async () => {
    const done = await client.send<{ removed: string[]; tookMs: number }>('DELETE', '/graph');
    const took = `took ${plural(done.removed.length, 'edge')} off in ${seconds(done.tookMs / 1000)}`;
    const text = done.removed.length === 0 ? 'the live graph has no edges' : took;
    console.log(values.json ? JSON.stringify(done) : text);
    return 0;
  });
}

async function save({ client, file, values }: Asked): Promise<number> {
  const graph = parseGraph(JSON.stringify(await client.get('/graph?format=json')), 'the live graph.json');
  const written = await saveGraph(graph, file).catch((error: Error) => {
    throw new CannotRun(`not saved: ${error.message}`);
  });
  const counts = `${plural(graph.nodes.size, 'role')}, ${plural(graph.edges.length, 'edge')}`;
  if (values.json) console.log(JSON.stringify({ file, written, roles: graph.nodes.size, edges: graph.edges.length }));
  else console.log(written ? `wrote the live graph to ${file}: ${counts}` : `${file} says it already: ${counts}`);
  if (graph.groups.length > 0 && extname(file) !== '.json') {
    console.error(paint('yellow', 'the FBP language has no words for groups: a file that ends in .json keeps them'));
  }
  return 0;
}

const ACTIONS: Record<string, Action> = {
  show: { takes: ['format'], takesFile: false, run: show },
  diff: { takes: [], takesFile: true, run: diff },
  apply: { takes: ['yes'], takesFile: true, run: apply },
  down: { takes: ['yes'], takesFile: false, run: down },
  save: { takes: [], takesFile: true, run: save },
};

/** @throws {CannotRun} where the action is none, or does not take what was given */
function actionOf(name: string, given: { values: Record<string, unknown>; file?: string }): Action {
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (action === undefined) {
    throw new CannotRun(
      `expected ${Object.keys(ACTIONS).join(', ')}, got ${JSON.stringify(name)} (see ./lab graph --help)`,
    );
  }
  if (given.file !== undefined && !action.takesFile) {
    throw new CannotRun(`./lab graph ${name} takes no file, got ${JSON.stringify(given.file)}`);
  }
  for (const option of ['format', 'yes']) {
    if (given.values[option] === undefined || action.takes.includes(option)) continue;
    throw new CannotRun(`./lab graph ${name} has no --${option}`);
  }
  const format = textOf(given.values.format);
  if (format === undefined) return action;
  if (!FORMATS.some((one) => one === format)) {
    throw new CannotRun(`--format must be one of ${FORMATS.join(', ')}, got ${JSON.stringify(format)}`);
  }
  if (given.values.json) throw new CannotRun('--format and --json exclude each other');
  return action;
}

export const command: Command = {
  summary: 'the live graph: show it, compare it with its file, make it as the file says, save it',
  usage: 'show | diff [file] | apply [file] | down | save [file]',
  positionals: { min: 1, max: 2 },
  options: {
    format: { type: 'string', value: FORMATS.join('|'), help: 'how show shows it (drawing)' },
    yes: { type: 'boolean', short: 'y', help: 'apply and down: do not ask before edges are taken away' },
    json: { type: 'boolean', help: 'as one JSON object; of show, with the state of each edge' },
    ...coordinatorOptions,
  },
  more:
    '  show   roles, and the edges between them; those that wait are dashed, with what they wait for\n' +
    '  diff   the file against the broker; exit code 0 where they say the same, 1 where not\n' +
    '  apply  makes only what differs, and takes away what the file does not have; asks before, on a terminal\n' +
    '  down   takes every edge off the broker\n' +
    '  save   writes the live graph to the file, which keeps its comments\n' +
    `The file is ${FILE} where none is given. Elsewhere than on a terminal nothing is asked.\n` +
    'Examples:\n' +
    '  ./lab graph show --format fbp\n' +
    '  ./lab graph diff && echo the same\n' +
    '  ./lab graph apply examples/fan-out.fbp --yes',
  async run({ values, positionals: [name = '', file] }) {
    const action = actionOf(name, { values, file });
    const client = await coordinator(values);
    const say = (text: string): void => (values.json ? console.error(text) : console.log(text));
    return action.run({ client, file: file ?? FILE, values, say });
  },
};
