// ./lab load dial against the real dial; the front end behind it stands in, as nothing is to be resized here.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { LoadState } from '../../services/dial/dial.ts';
import type { Scope } from '../helpers/broker.ts';
import { type DialUnderTest, startDial, TOKEN } from '../helpers/dial.ts';
import { eventually } from '../helpers/eventually.ts';
import { type Program, startProgram } from '../helpers/processes.ts';
import { undoStack } from '../helpers/undo.ts';

const LAB = fileURLToPath(new URL('../../scripts/lab.ts', import.meta.url));

async function openDial(t: Scope): Promise<DialUnderTest> {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.writeHead(202).end('{}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    server.close();
    server.closeAllConnections();
  });
  return startDial(t, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

/** One for all tests; each leaves no load behind. */
const opened = openDial(undoStack({ after }));
opened.catch(() => {}); // each test that asks for it is told

function start(t: Scope, dial: DialUnderTest, args: readonly string[], token = TOKEN): Program {
  const command = [process.execPath, LAB, 'load', 'dial', ...args, '--dial', dial.url, '--token', token];
  return startProgram(t, command, { env: { NO_COLOR: '1' } });
}

/** Runs the command to its end. */
async function run(t: Scope, dial: DialUnderTest, args: readonly string[], token?: string) {
  const program = start(t, dial, args, token);
  const [code] = (await once(program.child, 'close')) as [number | null];
  return { code, text: program.output() };
}

test('a load is left running, looked at, changed and stopped', async (context) => {
  const t = undoStack(context);
  const dial = await opened;
  const begun = await run(t, dial, ['--rate', '50', '--set', '5', '--detach']);
  assert.deepEqual(begun, {
    code: 0,
    text: 'constant, 50 jobs a second, sets of 5 images: it goes on; ./lab load dial shows it, --off stops it\n',
  });
  const look = await run(t, dial, []);
  assert.match(look.text, /^wanted\/s +sent\/s +accepted\/s .*p95 {2}waiting\n +50\.0 /);
  await run(t, dial, ['--shape', 'sine', '--low', '5', '--detach']);
  const { settings } = await dial.state();
  assert.deepEqual([settings?.rate, settings?.shape, settings?.low, settings?.set], [50, 'sine', 5, 5]);
  const off = await run(t, dial, ['--off']);
  assert.match(off.text, /^\d+ jobs due in .*: \d+ accepted.*; half of them within .*, 95 % within .*\n$/);
  assert.equal((await dial.state()).running, false);
  assert.deepEqual(await run(t, dial, []), { code: 0, text: 'no load runs; ./lab load dial --rate 20 starts one\n' });
});

test('with --for it shows a line each second, and a sentence in the end', async (context) => {
  const dial = await opened;
  const { code, text } = await run(undoStack(context), dial, ['--rate', '40', '--for', '2s']);
  assert.equal(code, 0);
  const [described, heading, ...lines] = text.trimEnd().split('\n');
  assert.equal(described, 'constant, 40 jobs a second');
  assert.match(heading ?? '', /^wanted\/s /);
  assert.ok(lines.length >= 3, text);
  assert.match(lines.at(-1) ?? '', /^(79|80) jobs due in 2\.\d s: \d+ accepted/);
});

test('with --json it tells the state as lines of JSON', async (context) => {
  const dial = await opened;
  const { text } = await run(undoStack(context), dial, ['--rate', '40', '--for', '1s', '--json']);
  const states = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LoadState);
  assert.equal(states.at(-1)?.running, false);
});

test('an interrupt stops the load that was started, and leaves one that ran before', async (context) => {
  const t = undoStack(context);
  const dial = await opened;
  const own = start(t, dial, ['--rate', '20']);
  await eventually('a line is shown', () => own.output().includes('wanted/s'));
  assert.equal(await own.end('SIGINT'), 0);
  assert.equal((await dial.state()).running, false);
  await dial.set({ rate: 20 });
  const other = start(t, dial, ['--rate', '30']);
  await eventually('a line is shown', () => other.output().includes('wanted/s'));
  assert.equal(await other.end('SIGINT'), 0);
  assert.match(other.output(), /the load goes on; \.\/lab load dial --off stops it\n$/);
  assert.equal((await dial.stop()).settings?.rate, 30);
});

test('what cannot be is one line: exit code 1 where the dial says no, 2 where it was not asked rightly', async (context) => {
  const t = undoStack(context);
  const dial = await opened;
  assert.deepEqual(await run(t, dial, ['--shape', 'sine', '--detach']), {
    code: 1,
    text: 'lab: rate: jobs a second were expected, as no load runs yet\n',
  });
  for (const [args, said, token] of [
    [['--rate', 'many'], /^lab: --rate must be a number of 0 or more, got "many"\n$/],
    [['--off', '--rate', '2'], /^lab: --off stops the load: it takes nothing else\n$/],
    [['--rate', '2'], /wants another token: give it with --token, or as LAB_TOKEN\n$/, 'another'],
  ] as const) {
    const { code, text } = await run(t, dial, args, token);
    assert.equal(code, 2);
    assert.match(text, said);
  }
});
