// Admission by deadline: the front end as a process, a real broker and a real database, and a page of the test in the scaler's place.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { type Channel, connect } from 'amqplib';
import { freePort } from '../../scripts/local/free-port.ts';
import type { ScalerTold } from '../../services/frontend/admission/scaler-status.ts';
import { createDatabase, type Database } from '../../services/shared/database.ts';
import { createLog } from '../../services/shared/log.ts';
import { itemId } from '../../services/shared/messages.ts';
import { openBroker, type Scope } from '../helpers/broker.ts';
import { openDatabase } from '../helpers/database.ts';
import { eventually } from '../helpers/eventually.ts';
import { type Program, startProgram } from '../helpers/processes.ts';
import { undoStack } from '../helpers/undo.ts';

const image = { source: 'sample:harbour' };
const images = (count: number) => Array.from({ length: count }, () => image);

/** What the scaler says of a role that does 10 a second. */
function resize(waiting: number): ScalerTold['roles'][number] {
  const at = Date.now() / 1000;
  return {
    ...{ role: 'resize', concurrency: 2, processing: 0.2, maximum: 6, deadline: 10, steering: {} },
    situation: { at, waiting, inHand: 2, age: 0.5, poll: 2, service: 0.2, boot: 3, ready: 1, starting: [] },
  };
}

/** A page in the scaler's place. It says what it is told to say. */
async function standInScaler(t: Scope) {
  const scaler = { waiting: 0, status: 200, asked: 0, url: '' };
  const server = createServer((_request, response) => {
    scaler.asked += 1;
    const told: ScalerTold = { mode: 'off', at: Date.now() / 1000, roles: [resize(scaler.waiting)] };
    response.writeHead(scaler.status, { 'content-type': 'application/json' }).end(JSON.stringify(told));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(async () => {
    server.closeAllConnections();
    server.close();
  });
  scaler.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return scaler;
}

interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of it
  body: any;
}

interface FrontEnd {
  program: Program;
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** An item comes out at the end of the way. */
  finish(job: string, index: number): void;
  database: Database;
  channel: Channel;
}

/** A front end, with a queue that takes what it sends. */
async function startFrontend(t: Scope, env: Record<string, string>): Promise<FrontEnd> {
  const broker = await openBroker(t);
  const { url: databaseUrl } = await openDatabase(t);
  const port = await freePort();
  const program = startProgram(t, [process.execPath, 'services/frontend/main.ts'], {
    env: {
      ...{ HOST: '127.0.0.1', PORT: String(port), REPLICA: 'web-1', LOG_LEVEL: 'warn' },
      ...{ AMQP_URL: broker.url, MANAGEMENT_URL: broker.managementUrl, DATABASE_URL: databaseUrl },
      VENDOR_URL: 'http://127.0.0.1:9',
      ...env,
    },
  });
  const connection = await connect(broker.url);
  t.after(() => connection.close());
  const channel = await connection.createChannel();
  await channel.assertQueue('resize.IN');
  await channel.assertExchange('web.IMAGES', 'fanout');
  await channel.bindQueue('resize.IN', 'web.IMAGES', '');
  const database = createDatabase({
    url: databaseUrl,
    name: 'test',
    log: createLog('test', 'test', 'silent'),
    limitMs: 5_000,
  });
  t.after(() => database.close());

  async function ask(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  }
  await eventually(
    'the front end is ready',
    async () => {
      if (program.child.exitCode !== null) throw new Error(program.output());
      return (await ask('GET', '/readyz')).status === 200;
    },
    { withinMs: 60_000 },
  );
  return {
    ...{ program, ask, database, channel },
    finish(job, index) {
      const data = { item: itemId(job, index), job, index, state: 'done' };
      channel.sendToQueue('web.RESULTS.web-1', Buffer.from(JSON.stringify(data)));
    },
  };
}

test('admission by deadline', async (t) => {
  const scope = undoStack(t);
  const scaler = await standInScaler(scope);
  const { ask, database, finish } = await startFrontend(scope, { ADMISSION: 'deadline', SCALER_URL: scaler.url });
  const post = (body: object, headers?: Record<string, string>) => ask('POST', '/jobs', body, headers);
  const jobsStored = async (): Promise<number> => {
    const [row] = await database.query<{ count: string }>('SELECT count(*) FROM jobs');
    return Number(row?.count);
  };
  const told = async (waiting: number): Promise<void> => {
    scaler.waiting = waiting;
    const before = scaler.asked;
    await eventually('the scaler was asked', () => scaler.asked >= before + 2);
  };

  await t.test('a job that can be done in time is taken, with the time at which it should be done', async () => {
    await eventually('it is known', async () => (await ask('GET', '/readyz')).body.admission === 'ok');
    const { status, body } = await post({ images: [image], deadline_seconds: 10 });
    assert.equal(status, 202, JSON.stringify(body));
    assert(body.expected_seconds > 0 && body.expected_seconds < 5, body.expected_seconds);
  });

  await t.test(
    'a job that cannot is refused with the numbers, and with when to come again; nothing is stored',
    async () => {
      await told(308);
      const before = await jobsStored();
      const { status, body, headers } = await post({ images: [image], deadline_seconds: 10 });
      assert.deepEqual([status, body.code], [503, 'deadline-not-possible']);
      assert.match(
        body.detail,
        /^It would be done in about \d+ s: 31\d images go before it at resize, which does \d\.\d\/s/,
      );
      const retryAfter = Number(headers.get('retry-after'));
      assert(retryAfter >= 20 && retryAfter <= 60, `Retry-After ${retryAfter}`);
      assert.equal(await jobsStored(), before);
    },
  );

  await t.test('a job without a deadline is taken all the same, and so is one with time enough', async () => {
    assert.equal((await post({ images: [image] })).status, 202);
    assert.equal((await post({ images: [image], deadline_seconds: 600 })).status, 202);
  });

  await t.test('a job that was taken is not refused when it is sent again under its key', async () => {
    await told(0);
    const headers = { 'idempotency-key': 'again' };
    const first = await post({ images: [image], deadline_seconds: 10 }, headers);
    assert.equal(first.status, 202);
    await told(308);
    const again = await post({ images: [image], deadline_seconds: 10 }, headers);
    assert.deepEqual([again.status, again.body.id], [202, first.body.id]);
    assert.equal(again.headers.get('idempotent-replayed'), 'true');
    const other = await post({ images: [image], deadline_seconds: 10 }, { 'idempotency-key': 'new' });
    assert.equal(other.status, 503);
    const reused = await post({ images: [image], deadline_seconds: 11 }, headers);
    assert.deepEqual([reused.status, reused.body.code], [409, 'idempotency-key-reused']);
  });

  await t.test('an urgent job is looked at by what is urgent', async () => {
    assert.equal((await post({ images: [image], deadline_seconds: 10, urgent: true })).status, 202);
    assert.equal((await post({ images: [image], deadline_seconds: 10 })).status, 503);
    assert.equal((await post({ images: images(100), urgent: true })).status, 202);
    assert.equal((await post({ images: [image], deadline_seconds: 10, urgent: true })).status, 503);
  });

  await t.test('99 of 100 refusals come within 50 ms while many ask at once', async () => {
    const before = await jobsStored();
    const body = { images: images(10), deadline_seconds: 10 };
    const timed = async (request: () => Promise<Answer>, status: number): Promise<number> => {
      const startedAt = performance.now();
      assert.equal((await request()).status, status);
      return performance.now() - startedAt;
    };
    const p99 = (took: number[]): number => Math.round(took.sort((a, b) => a - b)[Math.floor(took.length * 0.99)]!);
    async function round(): Promise<{ refusal: number; nothing: number }> {
      const refusals: number[] = [];
      const nothings: number[] = [];
      const client = async (): Promise<void> => {
        for (let n = 0; n < 50; n += 1) {
          refusals.push(await timed(() => post(body), 503));
          nothings.push(await timed(() => ask('GET', '/healthz'), 200));
        }
      };
      await Promise.all([client(), client(), client(), client()]);
      return { refusal: p99(refusals), nothing: p99(nothings) };
    }
    const rounds: string[] = [];
    // A machine that does something else meanwhile makes a request for nothing late, too: the promise is about the front end.
    const met = async (): Promise<boolean> => {
      const { refusal, nothing } = await round();
      rounds.push(`${refusal} ms (a request for nothing: ${nothing} ms)`);
      return refusal < 50 || refusal < 2 * nothing;
    };
    await eventually('a round of refusals in time', met, { withinMs: 60_000 }).finally(() => {
      t.diagnostic(`99 of 100 refusals within ${rounds.join(', ')}`);
    });
    assert.equal(await jobsStored(), before);
  });

  await t.test('what was taken counts before the broker has counted it, until it is finished', async () => {
    await told(0);
    const taken = await post({ images: images(200) });
    assert.equal(taken.status, 202);
    assert.equal((await post({ images: [image], deadline_seconds: 10 })).status, 503);
    for (let index = 0; index < 200; index += 1) finish(taken.body.id, index);
    await eventually('it has heard of them', async () => {
      const { status } = await post({ images: [image], deadline_seconds: 10 });
      return status === 202;
    });
  });

  await t.test('its metrics say how many were refused, and how predictions came out', async () => {
    const { body } = await ask('GET', '/metrics');
    assert(Number(/^queuelab_jobs_refused_total\{[^}]*\} (\d+)$/m.exec(body)?.[1]) > 200);
    assert.match(body, /^queuelab_admission_known\{[^}]*\} 1$/m);
    assert.match(body, /^queuelab_admission_correction\{[^}]*urgent="false"[^}]*\} \d/m);
    assert(Number(/^queuelab_job_actual_seconds_count\{[^}]*\} (\d+)$/m.exec(body)?.[1]) >= 1);
  });

  await t.test('a scaler that does not answer makes it take every job, and say so', async () => {
    await told(308);
    scaler.status = 500;
    await eventually('a job is taken', async () => {
      const { status, body } = await post({ images: [image], deadline_seconds: 10 });
      return status === 202 && body.expected_seconds === undefined;
    });
    const { status, body } = await ask('GET', '/readyz');
    assert.deepEqual([status, body.ready], [200, true]);
    assert.match(body.admission, /every job is taken; the scaler: it answers 500/);
    await eventually('its metrics say so', async () => {
      const metrics = (await ask('GET', '/metrics')).body as string;
      return /^queuelab_admission_known\{[^}]*\} 0$/m.test(metrics);
    });
    scaler.status = 200;
    await eventually('it is known again', async () => (await ask('GET', '/readyz')).body.admission === 'ok');
  });
});

test('without ADMISSION every job is taken, and the scaler is not asked', async (t) => {
  const scope = undoStack(t);
  const scaler = await standInScaler(scope);
  scaler.waiting = 1_000;
  const { ask } = await startFrontend(scope, { SCALER_URL: scaler.url });
  const { status, body } = await ask('POST', '/jobs', { images: [image], deadline_seconds: 1 });
  assert.deepEqual([status, body.expected_seconds], [202, undefined]);
  assert.equal((await ask('GET', '/readyz')).body.admission, 'off');
  assert.equal(scaler.asked, 0);
});

test('the messages of an urgent job have priority 5 on the wire', async (t) => {
  const scope = undoStack(t);
  const { ask, channel } = await startFrontend(scope, {});
  await ask('POST', '/jobs', { images: [image] });
  await ask('POST', '/jobs', { images: [image], urgent: true });
  const priorities: (number | undefined)[] = [];
  await eventually('both are in the queue', async () => {
    const message = await channel.get('resize.IN', { noAck: true });
    if (message !== false) priorities.push(message.properties.priority ?? 0);
    return priorities.length === 2;
  });
  assert.deepEqual(priorities.sort(), [0, 5]);
});

test('a wrong ADMISSION is refused by name', async (t) => {
  const env = {
    ADMISSION: 'perhaps',
    AMQP_URL: 'amqp://x',
    MANAGEMENT_URL: 'http://x',
    DATABASE_URL: 'postgres://x/x',
    VENDOR_URL: 'http://x',
  };
  const program = startProgram(undoStack(t), [process.execPath, 'services/frontend/main.ts'], { env });
  await eventually('it ends', () => program.child.exitCode !== null);
  assert.equal(program.child.exitCode, 2);
  assert.match(program.output(), /ADMISSION must be one of off, deadline, got "perhaps"/);
});
