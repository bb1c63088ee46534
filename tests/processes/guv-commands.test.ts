// ./lab guv as a person runs it: its lines, its exit codes, what it writes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Scope } from '../helpers/broker.ts';

const LAB = fileURLToPath(new URL('../../scripts/lab.ts', import.meta.url));

interface Answer {
  code: number | null;
  out: string;
  err: string;
}

/** Runs `./lab guv` to its end, with something on its standard input. */
async function guv(t: Scope, args: string[], input = ''): Promise<Answer> {
  const child = spawn(process.execPath, [LAB, 'guv', ...args], { env: { ...process.env, NO_COLOR: '1' } });
  t.after(async () => void child.kill('SIGKILL'));
  const text = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.out += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.err += chunk));
  // A command that reads nothing may have ended before all of it is written.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...text };
}

async function fileWith(t: Scope, text: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'queuelab-guv-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'guv.yaml');
  await writeFile(file, text);
  return file;
}

/** What stands in for a scaler: its status, and nothing else. */
async function statusPage(t: Scope, status: unknown): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/status' ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(status));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("the lab's own guv.yaml is fine, and its roles are services of the lab", async (t) => {
  const { code, out, err } = await guv(t, ['validate']);
  assert.deepEqual([code, out, err], [0, 'guv.yaml is fine: resize, caption, store\n', '']);
});

test('validate says each problem with its line, and ends with 1', async (t) => {
  const file = await fileWith(t, "'*': {min: 4}\nresize:\n  minimun: 3\n  max: 2.5\n");
  const { code, out } = await guv(t, ['validate', file]);
  assert.equal(code, 1);
  assert.equal(
    out,
    `${file}:3: resize.minimun is an unknown property; did you mean minimum?\n` +
      `${file}:4: resize.max must be a whole number of replicas from 1 to 10000, got 2.5\n`,
  );
  const { problems } = JSON.parse((await guv(t, ['validate', file, '--json'])).out);
  assert.deepEqual([problems[0].line, problems[0].role, problems[0].key], [3, 'resize', 'minimun']);
});

test('validate says which role is no service, of the Compose file beside it or as given', async (t) => {
  const file = await fileWith(t, 'resize: {}\nstroe: {}\n');
  assert.equal((await guv(t, ['validate', file])).code, 0);
  const given = await guv(t, ['validate', file, '--services', 'resize,store']);
  assert.deepEqual(
    [given.code, given.out],
    [1, `${file}:2: stroe is no service that can be scaled; did you mean store?\n`],
  );
  await writeFile(join(dirname(file), 'docker-compose.yml'), 'services:\n  resize: {image: a, command: [b]}\n');
  const beside = await guv(t, ['validate', file]);
  assert.deepEqual(
    [beside.code, beside.out],
    [1, `${file}:2: stroe is no service that can be scaled; there are resize\n`],
  );
});

test('unknown keys that are allowed pass, and keys that do nothing here are noted', async (t) => {
  const file = await fileWith(t, "'*': {broker: 'amqp://there'}\nextra: {extrakey: 25}\n");
  const { code, out, err } = await guv(t, ['validate', file, '--allow-key', 'extrakey']);
  assert.deepEqual([code, out], [0, `${file} is fine: extra\n`]);
  assert.match(err, /:1: \*\.broker has no effect here/);
});

test('a file that is not there is exit code 2', async (t) => {
  const { code, err } = await guv(t, ['validate', '/nowhere/guv.yaml']);
  assert.equal(code, 2);
  assert.match(err, /\/nowhere\/guv\.yaml cannot be read/);
});

test('capacity tells jobs a minute at each maximum, and which role is the narrowest', async (t) => {
  const file = await fileWith(t, 'a: {p: 2, concurrency: 4, max: 6}\nb: {p: 1, min: 0, max: 2}\n');
  const { code, out } = await guv(t, ['capacity', file]);
  assert.equal(code, 0);
  assert.match(out, /^a +120 +1 +120 +6 +720$/m);
  assert.match(out, /^b +60 +0 +0 +2 +120$/m);
  assert.match(out, /120 a minute, by b/);
  const { roles } = JSON.parse((await guv(t, ['capacity', file, '--json'])).out);
  assert.deepEqual(
    roles.map(({ atMaximum }: { atMaximum: number }) => atMaximum),
    [720, 120],
  );
});

test("decide answers each of guv's cases as guv does", async (t) => {
  const { scale } = JSON.parse(readFileSync(new URL('../guv-cases.json', import.meta.url), 'utf8'));
  const { code, out } = await guv(t, ['decide'], scale.map((one: object) => `${JSON.stringify(one)}\n`).join(''));
  assert.equal(code, 0);
  assert.deepEqual(
    out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
    scale.map(({ guv: { estimate, next } }: { guv: { estimate: number; next: number | null } }) => ({
      estimate,
      next,
    })),
  );
});

test('decide answers a wrong line with its error, goes on, and ends with 1', async (t) => {
  const good = { config: { r: { max: 40 } }, role: 'r', currentWorkers: 2, messages: 40 };
  const lines = [
    '{',
    JSON.stringify({ ...good, role: 'x' }),
    JSON.stringify({ ...good, messages: -1 }),
    JSON.stringify(good),
  ];
  const { code, out } = await guv(t, ['decide'], lines.join('\n'));
  const answers = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.equal(code, 1);
  assert.deepEqual(
    answers.map((one) => Object.keys(one)[0]),
    ['error', 'error', 'error', 'estimate'],
  );
  assert.match(answers[1].error, /no role "x"; it has r/);
});

test('decide answers ten thousand lines, in their order', async (t) => {
  const lines = Array.from({ length: 10_000 }, (_, n) =>
    JSON.stringify({ config: `r: {p: 1, d: 60, min: 0, max: ${1 + (n % 50)}}`, role: 'r', messages: 1_000_000 }),
  );
  const { code, out } = await guv(t, ['decide'], lines.join('\n'));
  assert.equal(code, 0);
  const next = out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).next);
  assert.deepEqual(
    next,
    lines.map((_, n) => 1 + (n % 50)),
  );
});

test('adopt writes what was measured, keeps the comments and the mode, and shows the change', async (t) => {
  const text = '# mine\nresize: {p: 2, d: 15} # pictures\nstore: {}\n';
  const file = await fileWith(t, text);
  await chmod(file, 0o640);
  const measured = { service: 0.51234, serviceSpread: 0.1 };
  const from = await statusPage(t, {
    roles: [
      { role: 'resize', measured },
      { role: 'store', measured: {} },
    ],
  });
  const shown = await guv(t, ['adopt', file, '--from', from, '--dry-run']);
  assert.deepEqual([shown.code, await readFile(file, 'utf8')], [0, text]);
  assert.match(shown.out, /^resize\.processing: 2 → 0\.512\nresize\.stddev: 1 → 0\.1\nnothing was measured of store\n/);

  const link = join(dirname(file), 'link.yaml');
  await symlink(file, link);
  const { code, out } = await guv(t, ['adopt', link, '--from', from, '--write']);
  assert.equal(code, 0, out);
  assert.match(out, /wrote 2 numbers into .*link\.yaml/);
  assert.equal(await readFile(file, 'utf8'), '# mine\nresize: {p: 0.512, d: 15, stddev: 0.1} # pictures\nstore: {}\n');
  assert.equal((await stat(file)).mode & 0o777, 0o640);
  assert.deepEqual((await readdir(dirname(file))).sort(), ['guv.yaml', 'link.yaml']);
  assert.match((await guv(t, ['adopt', file, '--from', from])).out, /says it already/);
});

test('adopt leaves a file alone whose deadline is too short for what was measured', async (t) => {
  const file = await fileWith(t, 'resize: {p: 2, d: 15}\n');
  const measured = { service: 14, serviceSpread: 3 };
  const from = await statusPage(t, { roles: [{ role: 'resize', measured }] });
  const { code, err } = await guv(t, ['adopt', file, '--from', from, '--write']);
  assert.equal(code, 1);
  assert.match(err, /with what was measured:1: resize: .*cannot be met/);
  assert.equal(await readFile(file, 'utf8'), 'resize: {p: 2, d: 15}\n');
});

test('options that do not fit are refused by name', async (t) => {
  const { code, err } = await guv(t, ['capacity', '--dry-run']);
  assert.deepEqual([code, err], [2, 'lab: ./lab guv capacity has no --dry-run\n']);
  assert.match((await guv(t, ['draw'])).err, /expected validate, capacity, decide, adopt, set, keys, got "draw"/);
  assert.match((await guv(t, ['adopt', '--write', '--dry-run'])).err, /--write and --dry-run exclude each other/);
});
