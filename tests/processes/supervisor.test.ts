// The supervisor of the no-Docker mode, with services of a few lines: what it starts again, what it leaves down, what it leaves behind.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findSupervisor, type SupervisorClient } from '../../scripts/local/control-client.ts';
import { freePort } from '../../scripts/local/free-port.ts';
import { identify } from '../../scripts/local/identity.ts';
import { lineSplitter } from '../../scripts/local/log-line.ts';
import { type Exit, exitOf, until } from '../../scripts/local/processes.ts';
import { readStream } from '../../services/platform/drivers/process/socket-call.ts';
import type { SupervisedReplica, SupervisorEvent } from '../../services/platform/drivers/process/supervisor-api.ts';

const PROGRAM = fileURLToPath(new URL('../helpers/supervise.ts', import.meta.url));
const LIFECYCLE = new URL('../../services/shared/lifecycle.ts', import.meta.url).href;
/** Answers on PORT, tells its environment, and drains as every service does. */
const SERVICE = `
import { createServer } from 'node:http';
import { runService } from '${LIFECYCLE}';
runService('echo', async (life) => {
  const server = createServer((_, response) => response.end(JSON.stringify(process.env)));
  await new Promise((resolve) => server.listen(Number(process.env.PORT), process.env.HOST, resolve));
  life.onStop('the server', () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }));
});
`;
const HEALTHY = `fetch('http://127.0.0.1:' + process.env.PORT).then(() => process.exit(0), () => process.exit(1))`;

let dir: string;
let supervisor: ChildProcess;
let exited: Promise<Exit>;
let client: SupervisorClient;
let port: number;

function compose(): string {
  return `
services:
  back:
    command: [node, service.mjs]
    environment: { PORT: 9464 }
    healthcheck: { test: [CMD, node, healthy.mjs], interval: 1s, timeout: 5s }
  front:
    command: [node, service.mjs]
    environment: { HOST: 0.0.0.0, PORT: 8080, BACK: 'http://back:9464/x' }
    healthcheck: { test: [CMD, node, healthy.mjs], interval: 1s, timeout: 5s }
    ports: ['127.0.0.1:\${FRONT_PORT:-${port}}:8080']
    depends_on: { back: { condition: service_healthy } }
  flaky:
    command: [node, -e, 'setTimeout(() => process.exit(3), 50)']
  extra:
    image: something
    command: [run]
`;
}

async function open(): Promise<void> {
  supervisor = spawn(process.execPath, [PROGRAM, dir], { stdio: ['ignore', 'ignore', 'inherit'] });
  exited = exitOf(supervisor);
  // The socket's name is relative to the folder, as for ./lab.
  const found = await until(
    async () => {
      const answer = await findSupervisor(join(dir, '.lab/supervisor.sock'));
      if (answer !== undefined) client = answer;
      return answer !== undefined;
    },
    { limitMs: 10_000 },
  );
  assert(found, 'the supervisor did not open its socket');
}

/** A dead one that nobody has buried yet (a zombie) does not count. */
const runs = (pid: number): boolean => identify(pid) !== undefined;

const replicas = async (service: string): Promise<SupervisedReplica[]> =>
  (await client.status()).services.find(({ name }) => name === service)?.replicas ?? [];

async function eventually(what: string, check: () => Promise<boolean>): Promise<void> {
  assert(await until(check, { limitMs: 15_000, everyMs: 50 }), what);
}

const healthy = (service: string, count = 1) =>
  eventually(`${count} of ${service} healthy`, async () => {
    const all = await replicas(service);
    return all.length === count && all.every(({ state }) => state === 'healthy');
  });

before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'queuelab-test-'));
  port = await freePort();
  writeFileSync(join(dir, 'service.mjs'), SERVICE);
  writeFileSync(join(dir, 'healthy.mjs'), HEALTHY);
  writeFileSync(join(dir, 'docker-compose.yml'), compose());
  await open();
});
after(async () => {
  supervisor.kill('SIGTERM');
  await exited;
  rmSync(dir, { recursive: true, force: true });
});

test('a service starts when what it depends on is healthy, on its published port, and finds its neighbour', async () => {
  await healthy('front');
  const [back] = await replicas('back');
  assert.equal(back?.state, 'healthy');
  const told = (await (await fetch(`http://127.0.0.1:${port}`)).json()) as Record<string, string>;
  assert.equal(told.REPLICA, 'front-1');
  assert.match(told.BACK ?? '', /^http:\/\/127\.0\.0\.1:\d+\/x$/);
  assert.equal((await fetch(told.BACK!)).status, 200);
});

test('what is no program of ours is left out, and said so', async () => {
  assert.deepEqual((await client.status()).leftOut, ['extra']);
});

test('a replica that ends by itself is started again', async () => {
  await healthy('back');
  const [before] = await replicas('back');
  process.kill(before!.pid!, 'SIGKILL');
  await eventually('back runs again', async () => {
    const [now] = await replicas('back');
    return now?.state === 'healthy' && now.pid !== before!.pid && now.restarts === before!.restarts + 1;
  });
});

test('a program that ends again and again is started less and less often', async () => {
  await eventually('flaky waits after its third end', async () => {
    const [flaky] = await replicas('flaky');
    return flaky !== undefined && flaky.restarts >= 3 && flaky.state === 'waiting' && flaky.lastExit === 'exit code 3';
  });
});

test('what a person kills stays down until it is started', async () => {
  assert.deepEqual(await client.kill('back', 'SIGKILL'), ['back-1']);
  const [killed] = await replicas('back');
  assert.deepEqual([killed?.state, killed?.lastExit], ['down', 'SIGKILL']);
  await client.start('back');
  await healthy('back');
});

test('a role can be scaled up and down', async () => {
  await client.scale('back', 3);
  await healthy('back', 3);
  const pids = (await replicas('back')).map(({ pid }) => pid!);
  await client.scale('back', 1);
  assert.deepEqual(pids.map(runs), [true, false, false]);
});

test('a scale-down keeps the lowest numbers, and what is added fills the gaps', async () => {
  const names = async () => (await replicas('back')).map(({ name }) => name);
  assert.deepEqual(await client.add('back', 3), ['back-2', 'back-3', 'back-4']);
  assert.equal(await client.remove('back-2'), 'drained');
  await client.scale('back', 2);
  assert.deepEqual(await names(), ['back-1', 'back-3']);
  await client.scale('back', 3);
  assert.deepEqual(await names(), ['back-1', 'back-2', 'back-3']);
  await client.scale('back', 1);
});

test('what lies there ended is started before new ones are made', async () => {
  await client.kill('back', 'SIGKILL');
  assert.deepEqual(await client.add('back', 2), ['back-1', 'back-2']);
  await healthy('back', 2);
  await client.scale('back', 1);
});

test('a replica that is asked for again while it ends begins when it has ended, once', async () => {
  const [before] = await replicas('back');
  await client.signalOne('back-1', 'SIGTERM');
  await client.start('back');
  await eventually('back runs as another process', async () => {
    const [now] = await replicas('back');
    return now?.state === 'healthy' && now.pid !== before!.pid;
  });
  assert.equal((await replicas('back'))[0]!.restarts, before!.restarts);
});

test('a replica that waits for what it depends on is starting, and is not launched where it is stopped meanwhile', async () => {
  await client.stop('front');
  await client.kill('back', 'SIGKILL');
  assert.deepEqual(await client.add('front', 1), ['front-1']);
  const [waiting] = await replicas('front');
  assert.deepEqual([waiting?.state, waiting?.pid], ['starting', undefined]);
  await client.stop('front');
  assert.equal((await replicas('front'))[0]?.state, 'down');
  await client.start('front');
  await healthy('front');
});

test('each change is a line on the stream, the first line comes at once, and a replica that is removed is gone', async (t) => {
  const ended = new AbortController();
  t.after(() => ended.abort());
  const lines: string[] = [];
  const split = lineSplitter((line) => lines.push(line));
  void readStream(join(dir, '.lab/supervisor.sock'), '/events', split, ended.signal).catch(() => undefined);
  const events = () => lines.map((line) => JSON.parse(line) as SupervisorEvent);
  await eventually('the stream is open', async () => events()[0]?.event === 'hello');
  await client.add('back', 1);
  await healthy('back', 2);
  await client.signalOne('back-2', 'SIGSTOP');
  await client.remove('back-2');
  const told = () =>
    events().flatMap((event) => {
      if (event.event === 'gone') return [event.name];
      const isIts = event.event === 'state' && event.replica.name === 'back-2';
      return isIts ? [`${event.replica.state}${event.replica.paused ? ', paused' : ''}`] : [];
    });
  await eventually('the end is told', async () => told().includes('back-2'));
  const states = [...new Set(told())];
  assert.deepEqual(states, ['starting', 'healthy', 'healthy, paused', 'draining, paused', 'down', 'back-2']);
});

test('the socket can be opened by its owner alone', () => {
  assert.equal(statSync(join(dir, '.lab/supervisor.sock')).mode & 0o777, 0o600);
});

test('a service with one published port is not scaled, and the remedy is named', async () => {
  await assert.rejects(client.scale('front', 2), /FRONT_PORT=\d+-\d+ makes room/);
  assert.equal((await replicas('front')).length, 1);
});

test('unknown services and signals are refused with what there is', async () => {
  await assert.rejects(client.kill('nobody', 'SIGKILL'), /no service nobody; there are back, front, flaky/);
  await assert.rejects(client.kill('back', 'SIGNONSENSE'), /SIGNONSENSE is no signal/);
});

test('a second supervisor in the same folder is refused', async () => {
  const second = spawn(process.execPath, [PROGRAM, dir], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  second.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  assert.notEqual((await exitOf(second)).code, 0);
  assert.match(said, /the lab runs already \(process \d+\)/);
});

test('when the supervisor is killed, its services end by themselves, and the next one starts afresh', async () => {
  await healthy('front');
  const pids = [...(await replicas('front')), ...(await replicas('back'))].map(({ pid }) => pid!);
  supervisor.kill('SIGKILL');
  await exited;
  await eventually('all services have ended', async () => pids.every((pid) => !runs(pid)));
  assert.match(readFileSync(join(dir, '.lab/logs/front-1.log'), 'utf8'), /the supervisor is gone/);
  await open();
  await healthy('front');
});

test('a supervisor ends what a killed one could not', async () => {
  await healthy('front');
  const [front] = await replicas('front');
  // Stopped, so that it cannot end by itself.
  process.kill(front!.pid!, 'SIGSTOP');
  supervisor.kill('SIGKILL');
  await exited;
  await open();
  await healthy('front');
  assert.equal(runs(front!.pid!), false);
});

test('nothing is left running after a stop, asked for over the socket', async () => {
  await healthy('front');
  const all = (await client.status()).services.flatMap((service) => service.replicas);
  const pids = all.flatMap(({ pid }) => pid ?? []);
  await client.stopAll();
  assert.deepEqual(await exited, { code: 0, signal: null });
  assert.deepEqual(pids.filter(runs), []);
});
