// ./lab participants, graph, connect and disconnect against a real coordinator and real participants.
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { createLog } from '../../services/shared/log.ts';
import { createManagement } from '../../services/shared/messaging/management.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { type Broker, openBroker, type Scope } from '../helpers/broker.ts';
import { type CoordinatorUnderTest, startCoordinator } from '../helpers/coordinator.ts';
import { eventually } from '../helpers/eventually.ts';
import { startProgram, startStock } from '../helpers/processes.ts';
import { undoStack } from '../helpers/undo.ts';

const log = createLog('test', 'test', 'silent');
const LAB = fileURLToPath(new URL('../../scripts/lab.ts', import.meta.url));
const TEXT = '# from one to the other\none(Ours)\ntwo(Ours)\none OUT -> IN two\n';

async function graphFile(t: Scope, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'queuelab-graph-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'test.fbp');
  await writeFile(file, text);
  return file;
}

async function start(t: Scope, { url }: Broker, role: string): Promise<void> {
  const replica = `${role}-1`;
  const participant = startParticipant(
    {
      role,
      component: 'Ours',
      label: 'A role of a test',
      inports: { in: { schema: z.unknown(), handle: () => undefined } },
      outports: { out: {}, error: {} },
    },
    { url, replica, log, metrics: createMetrics({ role, replica }) },
  );
  t.after(() => participant.drain(1_000));
  await participant.ready;
}

interface Answer {
  code: number | null;
  out: string;
  err: string;
}

/** Runs a command of ./lab to its end, with the coordinator's address and secret. */
async function lab(t: Scope, { url, secret }: { url: string; secret: string }, ...args: string[]): Promise<Answer> {
  const command = [process.execPath, LAB, ...args, '--coordinator', url, '--secret', secret];
  const { child } = startProgram(t, command, { env: { LANG: 'C.UTF-8', LC_ALL: '', NO_COLOR: '1' } });
  const text = { out: '', err: '' };
  child.stdout?.on('data', (chunk: Buffer) => (text.out += chunk));
  child.stderr?.on('data', (chunk: Buffer) => (text.err += chunk));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}

interface Running {
  broker: Broker;
  coordinator: CoordinatorUnderTest;
  /** The queues that get what leaves `one`, as the broker says. */
  bound(): Promise<string[]>;
}

/** A coordinator with a file of one edge, and the roles `one`, `two` and `three` running; the edge is bound. */
async function running(t: Scope): Promise<Running> {
  const broker = await openBroker(t);
  const coordinator = await startCoordinator(t, broker, { graph: TEXT });
  await Promise.all(['one', 'two', 'three'].map((role) => start(t, broker, role)));
  await coordinator.bound('one OUT -> IN two');
  await eventually('all have announced themselves', async () => {
    const announced = (await coordinator.participants()).filter((one) => one.announced);
    return announced.length === 3;
  });
  const management = createManagement(broker.managementUrl, broker.vhost);
  const bound = async (): Promise<string[]> =>
    (await management.bindings())
      .filter(({ source }) => source === 'one.OUT')
      .map(({ destination }) => destination)
      .sort();
  return { broker, coordinator, bound };
}

/** One for all tests that only look. */
const looking = running(undoStack({ after }));
looking.catch(() => {}); // each test that asks for it is told

test('participants are shown by role, with their ports and queues', async (context) => {
  const t = undoStack(context);
  const { coordinator } = await looking;
  const { code, out } = await lab(t, coordinator, 'participants');
  assert.equal(code, 0);
  assert.match(out, /^role +component +replica +state +last heard$/m);
  assert.match(out, /^one +Ours +one-1 +up +(now|\d+ s ago)$/m);
  assert.match(out, /takes {2}IN one\.IN/);
  assert.match(out, /gives {2}OUT one\.OUT {3}ERROR one\.ERROR/);
});

test('a role that nobody has is said, with exit code 1', async (context) => {
  const t = undoStack(context);
  const { coordinator } = await looking;
  const { code, out } = await lab(t, coordinator, 'participants', '--role', 'nobody');
  assert.deepEqual([code, out], [1, 'nobody has the role nobody\n']);
});

test('a stock participant is shown with the ports that it announces', async (context) => {
  const t = undoStack(context);
  const { broker, coordinator } = await looking;
  await startStock(t, broker.url, 'stock');
  const { participants } = await eventually('it is there', async () => {
    const answer = JSON.parse((await lab(t, coordinator, 'participants', '--role', 'stock', '--json')).out);
    return answer.participants.length === 1 && answer;
  });
  assert.deepEqual([participants[0].component, participants[0].inports[0].queue], ['Stock', 'stock.IN']);
});

test('the graph is shown as a drawing, as text, as JSON, and with the state of its edges', async (context) => {
  const t = undoStack(context);
  const { coordinator } = await looking;
  const drawing = await lab(t, coordinator, 'graph', 'show');
  assert.match(drawing.out, /│ one +│ OUT +│ two +│/);
  assert.match(drawing.out, /2 roles, 1 edge: bound/);
  const text = await lab(t, coordinator, 'graph', 'show', '--format', 'fbp');
  assert.match(text.out, /^one\(Ours\) OUT -> IN two\(Ours\)$/m);
  const json = JSON.parse((await lab(t, coordinator, 'graph', 'show', '--format', 'json')).out);
  assert.deepEqual(Object.keys(json.processes), ['one', 'two']);
  const view = JSON.parse((await lab(t, coordinator, 'graph', 'show', '--json')).out);
  assert.equal(view.edges[0].state, 'bound');
});

test('a file is compared with the broker: 0 the same, 1 different, 2 not a graph', async (context) => {
  const t = undoStack(context);
  const { coordinator } = await looking;
  const { file } = coordinator;
  const same = await lab(t, coordinator, 'graph', 'diff', file);
  assert.deepEqual([same.code, same.out], [0, `the live graph is as ${file} says\n`]);
  const other = await graphFile(t, 'one(Ours) OUT -> IN three(Ours)\ntwo(Ours)\n');
  const different = await lab(t, coordinator, 'graph', 'diff', other);
  assert.equal(different.code, 1);
  assert.match(different.out, /^\+ role three$/m);
  assert.match(different.out, /^\+ one OUT -> IN three$/m);
  assert.match(different.out, /^- one OUT -> IN two$/m);
  assert.match(different.out, /^1 edge to make, 1 to take away, 0 edges are the same$/m);
  const broken = await lab(t, coordinator, 'graph', 'diff', await graphFile(t, 'one(Ours) OUT ->\n'));
  assert.deepEqual([broken.code, broken.out], [2, '']);
  assert.match(broken.err, /test\.fbp:\d+:\d+: /);
});

test('a file is made live: what it has is bound, what it has no more is not', async (context) => {
  const t = undoStack(context);
  const { coordinator, bound } = await running(t);
  const other = await graphFile(t, 'one(Ours) OUT -> IN three(Ours)\ntwo(Ours)\n');
  const { code, out } = await lab(t, coordinator, 'graph', 'apply', other);
  assert.equal(code, 0);
  assert.match(out, /^- one OUT -> IN two$/m, 'it says what it takes away');
  assert.match(out, /1 made, 1 taken away, 0 as before, in \d+/);
  assert.deepEqual(await bound(), ['three.IN']);
  const again = await lab(t, coordinator, 'graph', 'apply', other);
  assert.match(again.out, /as .*test\.fbp says already: 1 edge/);
});

test('an edge is made and taken away in one step, and written to the file with its comments', async (context) => {
  const t = undoStack(context);
  const { coordinator, bound } = await running(t);
  const { file } = coordinator;
  const swap = await lab(t, coordinator, 'connect', 'one OUT -> IN three', '--swap', 'one OUT -> IN two');
  assert.equal(swap.code, 0, swap.err);
  assert.match(swap.out, /^\+ one OUT -> IN three\n- one OUT -> IN two\ndone in \d+ ms, in one step/);
  assert.deepEqual(await bound(), ['three.IN']);
  const saved = await lab(t, coordinator, 'graph', 'save', file);
  assert.equal(saved.code, 0, saved.err);
  assert.match(await coordinator.read(), /^# from one to the other\n(.*\n)*one(\(Ours\))? OUT -> IN three\(Ours\)$/m);
  assert.equal((await lab(t, coordinator, 'graph', 'diff', file)).code, 0);
});

test('an edge is taken away, and the warning says what that means', async (context) => {
  const t = undoStack(context);
  const { coordinator, bound } = await running(t);
  const { code, out } = await lab(t, coordinator, 'disconnect', 'one OUT -> IN two', '--json');
  const done = JSON.parse(out);
  assert.deepEqual([code, done.disconnected, done.warnings.length], [0, ['one OUT -> IN two'], 1]);
  assert.deepEqual(await bound(), []);
});

test('what cannot be done is one line with what was meant, and exit code 1; nothing is done', async (context) => {
  const t = undoStack(context);
  const { coordinator, bound } = await running(t);
  const cases: [string[], RegExp][] = [
    [['disconnect', 'one OUT -> IN twoo'], /there is no edge one OUT -> IN twoo; did you mean one OUT -> IN two/],
    [['connect', 'one OUT -> IN two'], /one OUT -> IN two is there already/],
    [['connect', 'one OUT -> IN nobody'], /no role nobody/],
    [['connect', 'one OUTT -> IN three'], /one has no out-port OUTT: it has OUT, ERROR/],
    [['connect', 'one OUT -> IN three', '--swap', 'two OUT -> IN one'], /there is no edge two OUT -> IN one/],
  ];
  for (const [args, expected] of cases) {
    const { code, out, err } = await lab(t, coordinator, ...args);
    assert.deepEqual([code, out, err.trim().split('\n').length], [1, '', 1], `${args.join(' ')}: ${err}`);
    assert.match(err, expected);
  }
  assert.deepEqual(await bound(), ['two.IN']);
});

test('the graph is taken down, and made again from its file', async (context) => {
  const t = undoStack(context);
  const { coordinator, bound } = await running(t);
  const { file } = coordinator;
  const down = await lab(t, coordinator, 'graph', 'down', '--yes');
  assert.equal(down.code, 0, down.err);
  assert.match(down.out, /the front end answers 503/);
  assert.match(down.out, /took 1 edge off in \d+ ms/);
  assert.deepEqual(await bound(), []);
  assert.equal((await lab(t, coordinator, 'graph', 'apply', file, '--json')).code, 0);
  assert.deepEqual(await bound(), ['two.IN']);
});

test('without the secret people may look, and change nothing', async (context) => {
  const t = undoStack(context);
  const { coordinator, bound } = await running(t);
  const wrong = { ...coordinator, secret: 'another' };
  assert.equal((await lab(t, wrong, 'graph', 'show')).code, 0);
  const { code, err } = await lab(t, wrong, 'graph', 'down', '--yes');
  assert.equal(code, 2);
  assert.match(err, /wants another secret: give it with --secret, or as FBP_SECRET/);
  assert.deepEqual(await bound(), ['two.IN']);
});
