// The load dial in a process of its own, against front ends of the test that answer, refuse, are slow, stand still, or are not there.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../../scripts/local/free-port.ts';
import type { LoadState } from '../../services/dial/dial.ts';
import { JobRequest } from '../../services/frontend/request.ts';
import type { Scope } from '../helpers/broker.ts';
import { type DialUnderTest, startDial, TOKEN } from '../helpers/dial.ts';
import { eventually } from '../helpers/eventually.ts';
import { startProgram } from '../helpers/processes.ts';
import { undoStack } from '../helpers/undo.ts';

interface Heard {
  /** As `performance.now()` gives it. */
  at: number;
  path: string;
  key: string;
  body: string;
}

/** A front end that answers as it is told to, and keeps what it has heard. */
async function frontEnd(
  t: Scope,
  answer: (response: ServerResponse, n: number) => void,
): Promise<{ url: string; heard: Heard[] }> {
  const heard: Heard[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    const one = {
      at: performance.now(),
      path: `${request.method} ${request.url}`,
      key: String(request.headers['idempotency-key']),
      body: '',
    };
    heard.push(one);
    const n = heard.length;
    request.on('data', (chunk: Buffer) => {
      one.body += chunk;
    });
    request.on('end', () => answer(response, n));
    request.on('error', () => {});
  });
  server.listen(0, '127.0.0.1', 4_096);
  await once(server, 'listening');
  t.after(async () => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, heard };
}

const say = (status: number) => (response: ServerResponse) => void response.writeHead(status).end('{}');
const accept = say(202);

/**
 * How many jobs a second it sent between two states, so many seconds apart. By its own clock: on a busy machine our question takes its
 * time to get there, and the answer to come back.
 */
async function sentPerSecond(dial: DialUnderTest, overSeconds: number): Promise<{ rate: number; state: LoadState }> {
  const first = await dial.state();
  await wait(overSeconds * 1_000);
  const state = await dial.state();
  const passed = (Date.parse(state.at) - Date.parse(first.at)) / 1_000;
  return { rate: (state.counts.sent - first.counts.sent) / passed, state };
}

function assertHeld(rate: number, wanted: number): void {
  assert.ok(Math.abs(rate / wanted - 1) <= 0.03, `${rate.toFixed(2)}/s were sent, ${wanted}/s were wanted`);
}

test('it sends nothing until it is told, and then jobs that the front end takes, each under a key of its own', async (context) => {
  const t = undoStack(context);
  const front = await frontEnd(t, accept);
  const dial = await startDial(t, front.url);
  const before = await dial.state();
  assert.deepEqual([before.running, before.run, before.settings, before.counts.due], [false, null, null, 0]);
  const { run } = await dial.set({ rate: 100, set: 3, samples: { tiny: 1, harbour: 1 }, deadline_seconds: 10 });
  await eventually('30 jobs', () => front.heard.length >= 30);
  const { counts, ended } = await dial.stop();
  assert.ok(ended !== null);
  await eventually('all are answered', async () => (await dial.state()).counts.accepted === counts.due);
  assert.equal(front.heard.length, counts.due);
  const keys = front.heard.map(({ key }) => Number(key.slice(`dial-${run}-`.length))).sort((a, b) => a - b);
  assert.deepEqual(keys, [...keys.keys()]);
  for (const { path, body } of front.heard) {
    assert.equal(path, 'POST /jobs');
    const { images, deadline_seconds } = JobRequest.parse(JSON.parse(body));
    assert.deepEqual([images.length, deadline_seconds], [3, 10]);
  }
});

test('a change of the rate is in effect within a second, up and down, and the count goes on', async (context) => {
  const t = undoStack(context);
  const front = await frontEnd(t, accept);
  const dial = await startDial(t, front.url);
  await dial.set({ rate: 2 });
  await eventually('a job', () => front.heard.length > 0);

  const upAt = performance.now();
  await dial.set({ rate: 100 });
  // The tenth job in a row that came as fast as was asked for.
  const fast = await eventually('a hundred a second', () => {
    const after = front.heard.filter(({ at }) => at > upAt);
    return after.find(({ at }, n) => n >= 10 && at - after[n - 10]!.at < 130);
  });
  assert.ok(fast.at - upAt < 1_000, `in effect after ${fast.at - upAt} ms`);

  const downAt = performance.now();
  const { counts } = await dial.set({ rate: 0.1 });
  await wait(2_000);
  const late = front.heard.filter(({ at }) => at > downAt + 1_000);
  assert.ok(late.length <= 1, `${late.length} jobs came after the second`);
  const after = await dial.state();
  assert.ok(after.counts.due >= counts.due && counts.due > 10);
});

test('the rate is held while the front end takes connections and never answers', async (context) => {
  const t = undoStack(context);
  const front = await frontEnd(t, () => {});
  const dial = await startDial(t, front.url);
  await dial.set({ rate: 100 });
  await eventually('it is at work', () => front.heard.length > 50);
  const { rate, state } = await sentPerSecond(dial, 5);
  assertHeld(rate, 100);
  await eventually('what it has sent is heard', () => front.heard.length >= state.counts.sent);
  assert.deepEqual([state.counts.accepted, state.counts.in_flight + state.counts.timed_out], [0, state.counts.sent]);
  assert.equal(state.wanted, 100);
});

test('the rate is held while the front end is frozen, and what is late counts from when it was due', async (context) => {
  const t = undoStack(context);
  const port = await freePort();
  const script =
    `require('node:http').createServer((request, response) => request.resume().on('end', () => ` +
    `response.writeHead(202).end())).listen(${port}, '127.0.0.1', 4096)`;
  const server = startProgram(t, [process.execPath, '-e', script]);
  // Who is frozen cannot be ended in order.
  t.after(async () => {
    server.child.kill('SIGCONT');
  });
  const dial = await startDial(t, `http://127.0.0.1:${port}`);
  await dial.set({ rate: 100 });
  await eventually('jobs are taken', async () => (await dial.state()).counts.accepted > 50);
  server.child.kill('SIGSTOP');
  const { rate, state } = await sentPerSecond(dial, 4);
  assertHeld(rate, 100);
  assert.ok(state.counts.in_flight > 300, `${state.counts.in_flight} in flight`);
  server.child.kill('SIGCONT');
  await eventually('most are answered', async () => (await dial.state()).counts.in_flight < 100);
  const { accept_seconds } = await dial.state();
  assert.ok(accept_seconds.last_10_s!.p99 > 3, JSON.stringify(accept_seconds)); // those of the beginning waited 4 s
});

test('the rate is held where nobody listens, and each job is one that failed', async (context) => {
  const t = undoStack(context);
  const dial = await startDial(t, `http://127.0.0.1:${await freePort()}`);
  await dial.set({ rate: 100 });
  const { rate, state } = await sentPerSecond(dial, 3);
  assertHeld(rate, 100);
  assert.deepEqual(Object.keys(state.counts.failed_by_reason), ['ECONNREFUSED']);
  assert.equal(state.counts.failed + state.counts.in_flight, state.counts.sent);
  assert.equal(state.counts.accepted, 0);
});

test('a slow front end has its slowness in the latency, and the rate is held', async (context) => {
  const t = undoStack(context);
  const front = await frontEnd(t, (response) => setTimeout(accept, 400, response));
  const dial = await startDial(t, front.url);
  await dial.set({ rate: 100 });
  await eventually('jobs are taken', async () => (await dial.state()).counts.accepted > 10);
  const { rate, state } = await sentPerSecond(dial, 2);
  assertHeld(rate, 100);
  assert.ok(state.accept_seconds.last_10_s!.p50 >= 0.4, `${state.accept_seconds.last_10_s!.p50} s`);
});

test('a refusal is counted by its status, and never tried again', async (context) => {
  const t = undoStack(context);
  const front = await frontEnd(t, (response, n) => say(n % 2 === 0 ? 503 : 429)(response));
  const dial = await startDial(t, front.url);
  await dial.set({ rate: 200, for_seconds: 0.5 });
  const { counts } = await eventually('it has ended', async () => {
    const state = await dial.state();
    return !state.running && state.counts.in_flight === 0 && state;
  });
  assert.equal(counts.refused, counts.sent);
  assert.deepEqual(Object.keys(counts.refused_by_status).sort(), ['429', '503']);
  assert.equal(new Set(front.heard.map(({ key }) => key)).size, counts.sent);
  assert.equal(front.heard.length, counts.sent);
});

test('the same seed sends the same jobs', async (context) => {
  const t = undoStack(context);
  const bodies = async (seed: number): Promise<string[]> => {
    const front = await frontEnd(t, accept);
    const dial = await startDial(t, front.url);
    await dial.set({ rate: 200, shape: 'poisson', seed, set: 4, samples: { tiny: 1, harbour: 1, fog: 2 } });
    await eventually('50 jobs', () => front.heard.length >= 50);
    const { counts } = await dial.stop();
    await eventually('all are heard', () => front.heard.length === counts.sent);
    // Sent side by side, they may arrive in another order.
    const inOrder = front.heard.toSorted((a, b) => Number(a.key.split('-')[2]) - Number(b.key.split('-')[2]));
    return inOrder.slice(0, 40).map(({ body }) => body);
  };
  const [one, again, other] = await Promise.all([bodies(1), bodies(1), bodies(2)]);
  assert.deepEqual(one, again);
  assert.notDeepEqual(one, other);
});

test('the stream tells the state at once and then as often as is asked for', async (context) => {
  const t = undoStack(context);
  const front = await frontEnd(t, accept);
  const dial = await startDial(t, front.url);
  await dial.set({ rate: 50 });
  const response = await dial.ask('GET', '/load/stream?every=0.1', undefined, {});
  assert.equal(response.headers.get('content-type'), 'application/x-ndjson');
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    if (text.split('\n').length > 10) break;
  }
  const states = text
    .split('\n')
    .slice(0, 10)
    .map((line) => JSON.parse(line) as LoadState);
  const due = states.map(({ counts }) => counts.due);
  assert.ok(due.every((count, n) => n === 0 || count >= due[n - 1]!) && due.at(-1)! > due[0]!, String(due));
});

test('only who has the token may set or stop a load, and pages of other sites may not ask at all', async (context) => {
  const t = undoStack(context);
  const front = await frontEnd(t, accept);
  const dial = await startDial(t, front.url);
  const without: Record<string, string>[] = [{}, { authorization: 'Bearer another' }];
  for (const headers of without) {
    assert.equal((await dial.ask('PUT', '/load', { rate: 1 }, headers)).status, 401);
    assert.equal((await dial.ask('DELETE', '/load', undefined, headers)).status, 401);
  }
  const authorization = `Bearer ${TOKEN}`;
  const foreign = await dial.ask('PUT', '/load', { rate: 1 }, { authorization, origin: 'https://example.org' });
  assert.equal(foreign.status, 403);
  assert.equal((await dial.ask('GET', '/load', undefined, {})).status, 200);
  assert.equal((await dial.state()).run, null);
});

test('what is wrong in a request is said with what was expected, and changes nothing', async (context) => {
  const t = undoStack(context);
  const front = await frontEnd(t, accept);
  const dial = await startDial(t, front.url);
  const problem = async (method: string, path: string, body?: unknown): Promise<[number, string]> => {
    const response = await dial.ask(method, path, body);
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    return [response.status, ((await response.json()) as { detail: string }).detail];
  };
  assert.deepEqual(await problem('PUT', '/load', { rate: 'many' }), [422, 'rate: must be a number from 0 to 2000']);
  assert.match((await problem('PUT', '/load', { shape: 'sine' }))[1], /^rate: jobs a second were expected/);
  assert.deepEqual(await problem('PUT', '/load'), [400, 'a body in JSON was expected']);
  assert.equal((await problem('PUT', '/load', { samples: 'x'.repeat(600_000) }))[0], 413);
  assert.deepEqual(await problem('POST', '/load'), [405, 'there is GET /load, PUT /load, DELETE /load']);
  assert.equal((await problem('GET', '/loads'))[0], 404);
  assert.equal((await problem('GET', '/load/stream?every=0'))[0], 422);
  assert.equal((await dial.state()).run, null);
});

test('Prometheus sees what was sent and what became of it', async (context) => {
  const t = undoStack(context);
  const front = await frontEnd(t, accept);
  const dial = await startDial(t, front.url);
  await dial.set({ rate: 100 });
  await eventually('jobs are taken', async () => (await dial.state()).counts.accepted > 10);
  const page = await (await dial.ask('GET', '/metrics')).text();
  assert.match(page, /^queuelab_dial_running\{.*\} 1$/m);
  assert.match(page, /^queuelab_dial_wanted_rate\{.*\} 100$/m);
  assert.match(page, /^queuelab_dial_jobs_total\{outcome="accepted",.*\} [1-9]\d*$/m);
  assert.match(page, /^queuelab_dial_accept_seconds_count\{.*\} [1-9]\d*$/m);
});

test('it ends in order when it is told, also with a thousand jobs unanswered', async (context) => {
  const t = undoStack(context);
  const front = await frontEnd(t, () => {});
  const dial = await startDial(t, front.url);
  await dial.set({ rate: 500 });
  await eventually('many are in flight', async () => (await dial.state()).counts.in_flight >= 1_000);
  const asked = performance.now();
  assert.equal(await dial.program.end('SIGTERM'), 0);
  assert.ok(performance.now() - asked < 5_000);
});
