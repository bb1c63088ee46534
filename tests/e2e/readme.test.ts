// The README, word for word: every command in its fenced blocks is run, in order, and has to end well. A block says where it
// belongs behind its language: ```sh docker, ```sh no-docker, ```sh tests (those are the commands of .ci/run).
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, readFileSync } from 'node:fs';
import { after, test } from 'node:test';
import { eventually } from '../helpers/eventually.ts';
import { type Ran, root, run } from './lab-under-test.ts';

const readme = readFileSync(`${root}/README.md`, 'utf8');

/** The commands of all blocks with this mark, one a line. */
function commands(mark: string): string[] {
  const blocks = readme.matchAll(/^```sh (\S+)\n([\s\S]*?)^```$/gm);
  return [...blocks].filter(([, kind]) => kind === mark).flatMap(([, , body]) => body!.trim().split('\n'));
}

const shell = (command: string): Promise<Ran> => run(['bash', '-c', command], { timeoutMs: 300_000 });

/** What a command shows, besides ending with 0. */
const shows: Record<string, RegExp> = {
  './lab send 20 --wait': /20 of 20 images done/,
  './lab trace': /the slowest of the 20 images of the newest job[\s\S]* in all\n\ndone/,
  './lab doctor': /Nothing stands in the way/,
  './lab status': /resize\.IN/,
};

async function runAll(list: readonly string[]): Promise<void> {
  for (const command of list) {
    const { code, stdout, stderr } = await shell(command);
    assert.equal(code, 0, `${command}\n${stdout.slice(-2_000)}\n${stderr.slice(-2_000)}`);
    if (command.startsWith('curl')) {
      assert.match(stdout, /^HTTP\/1\.1 202 Accepted/);
      assert.match(stdout, /^location: \/jobs\//im);
    }
    assert.match(stdout, shows[command] ?? /^/, command);
  }
}

test('the walk on docker does what the README says', { timeout: 600_000 }, async (t) => {
  t.after(() => shell('docker compose down --volumes'));
  const list = commands('docker');
  assert.ok(list.length >= 6);
  // Taken down last, whatever order the sections have: the doctor is asked while the lab runs.
  const down = list.filter((command) => command.startsWith('./lab down'));
  await runAll([...list.filter((command) => !down.includes(command) && command !== 'npm ci'), ...down]);
  const { stdout } = await shell('docker ps -aq --filter label=com.docker.compose.project=queuelab');
  assert.equal(stdout, '');
});

test('the walk with no-docker does what the README says', { timeout: 600_000 }, async () => {
  const [start, ...list] = commands('no-docker');
  assert.equal(start, 'npm ci && npm start');
  const lab = spawn('npm', ['start'], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], detached: true });
  after(() => lab.exitCode ?? lab.kill('SIGKILL'));
  let shown = '';
  lab.stdout.on('data', (chunk: Buffer) => {
    shown += chunk;
  });
  await eventually('it says that it runs', () => /Ctrl-C/.test(shown), { withinMs: 120_000 });
  await runAll(list);
  const ended = once(lab, 'exit');
  process.kill(-lab.pid!, 'SIGINT'); // as Ctrl-C does, to the whole group
  await ended;
  assert.equal((await shell('./lab status')).code, 2, 'nothing runs any more');
  assert.equal((await shell(`pgrep -f '${root}/[.]lab/'`)).stdout, '', 'no process is left');
  await shell('./lab down --all');
});

test('the text: the tour is short, for the chapters are the long one', () => {
  assert.ok(commands('docker').length <= 8);
  assert.ok(commands('no-docker').length <= 6);
});

test('the text: the tests are run by the command that the README gives', () => {
  const ci = readFileSync(`${root}/.ci/run`, 'utf8');
  assert.deepEqual(commands('tests'), ['npm ci && npm test']);
  assert.match(ci, /npm ci/);
  assert.match(ci, /npm test/);
});

/** Chapter and minutes, of each row of a table of chapters. */
const minutes = (markdown: string): [string, string][] =>
  [...markdown.matchAll(/^\| (\d\d) \[([^\]]+)\]\([^)]+\) *\| +(\d+) \|/gm)].map(([, number, title, time]) => [
    `${number} ${title}`,
    time!,
  ]);

test('the text: the chapters and their minutes are those of workshop/README.md', () => {
  const table = minutes(readme);
  assert.ok(table.length >= 5);
  assert.deepEqual(table, minutes(readFileSync(`${root}/workshop/README.md`, 'utf8')));
});

/** The messages of the table below the heading; `…` and `<word>` are what differs from time to time. */
function messages(): string[] {
  const [, section = ''] = /^## When something fails\n([\s\S]*?)(?=^## )/m.exec(readme) ?? [];
  return [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, message]) => message!);
}

test('the text: every message that the README quotes is one that the lab has', () => {
  const sources = globSync(['lab', 'scripts/**/*.ts', 'services/**/*.ts'], { cwd: root })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(`${root}/${file}`, 'utf8'))
    .join('\n')
    .replaceAll("\\'", "'");
  assert.ok(messages().length >= 8);
  const pieces = messages().flatMap((message) => message.split('…').map((piece) => piece.trim()));
  const missing = pieces.filter((piece) => piece.length > 1 && !sources.includes(piece));
  assert.deepEqual(missing, []);
});
