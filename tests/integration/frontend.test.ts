// The front end's HTTP API on a real database. The message port is a small object that keeps what was sent.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { everyJob } from '../../services/frontend/admission/admission.ts';
import { createApp } from '../../services/frontend/app.ts';
import { createHub } from '../../services/frontend/hub.ts';
import type { JobView } from '../../services/frontend/job-view.ts';
import type { Route } from '../../services/frontend/readiness.ts';
import { relayOnce } from '../../services/frontend/relay.ts';
import type { WebPort } from '../../services/frontend/web-participant.ts';
import { createDatabase } from '../../services/shared/database.ts';
import { listen } from '../../services/shared/http.ts';
import { parseAllowList } from '../../services/shared/imaging/allow-list.ts';
import { createSamples } from '../../services/shared/imaging/samples.ts';
import { createSources } from '../../services/shared/imaging/source.ts';
import { type Result, recordResults } from '../../services/shared/ledger/record.ts';
import { createLog } from '../../services/shared/log.ts';
import { type ImageTask, itemId } from '../../services/shared/messages.ts';
import { PublishError } from '../../services/shared/messaging/types.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { migrate } from '../../services/shared/migrate.ts';
import { createVendorClient } from '../../services/shared/vendor-client.ts';
import { openDatabase } from '../helpers/database.ts';
import { eventually } from '../helpers/eventually.ts';
import { databaseWire } from './database-wire.ts';

const log = createLog('test', 'test', 'silent');
const samplesDir = fileURLToPath(new URL('../../services/samples/', import.meta.url));
const image = { source: 'sample:harbour' };
const caption = { text: 'A harbour', colours: ['blue'], brightness: 0.5, orientation: 'landscape' } as const;

/** Stands in for the running participant: keeps what was sent, and fails where it is told to. */
function recordingPort() {
  const sent: { port: string; data: ImageTask; urgent?: true }[] = [];
  const port = {
    sent,
    isConnected: true,
    fail: undefined as Error | undefined,
    connected: () => port.isConnected,
    health: () => (port.isConnected ? ({ ok: true } as const) : ({ ok: false, reason: 'no connection' } as const)),
    async send(name: string, data: unknown, envelope?: { urgent?: boolean }) {
      if (port.fail) throw port.fail;
      sent.push({ port: name, data: data as ImageTask, ...(envelope?.urgent && { urgent: true }) });
    },
    images: (job: string) =>
      sent.filter(({ port, data }) => port === 'images' && data.job === job).map(({ data }) => data.index),
  };
  return port satisfies WebPort;
}

/** A captioning service that answers at once, or as it is told to. */
async function startVendor(t: TestContext) {
  const vendor = { status: 200, asked: 0, hang: false };
  const server = createServer((request, response) => {
    vendor.asked++;
    request.resume().on('end', () => {
      if (vendor.hang) return;
      response.writeHead(vendor.status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(vendor.status === 200 ? caption : { detail: 'The service does not like it.' }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return Object.assign(vendor, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

async function startFrontend(t: TestContext, databaseUrl: string, vendorUrl: string) {
  const database = createDatabase({ url: databaseUrl, name: 'test', log, limitMs: 1_800 });
  const web = recordingPort();
  const hub = createHub();
  const metrics = createMetrics({ role: 'web', replica: 'web-1' });
  const allow = parseAllowList('*');
  assert('value' in allow);
  const sources = createSources({ samplesDir, allow: allow.value });
  const vendor = createVendorClient({ url: vendorUrl, maxConcurrent: 8 });
  const route = { now: 'connected' as Route };
  const app = createApp({
    database,
    web,
    hub,
    sources,
    sync: { database, sources, vendor, log, metrics, replica: 'web-1', concurrency: 4, limitMs: 30_000 },
    admission: everyJob,
    log,
    metrics,
    samples: createSamples(samplesDir),
    route: async () => route.now,
    rereadMs: 200,
    heartbeatMs: 50,
  });
  const http = await listen(app.handler, { host: '127.0.0.1', port: 0 });
  t.after(async () => {
    app.close();
    await http.close();
    await database.close();
  });
  const origin = `http://127.0.0.1:${http.port}`;
  return { database, web, hub, route, app, origin, relay: { database, web, log, syncLimitMs: 60_000 } };
}

interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of it
  body: any;
}

async function ask(
  origin: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(origin + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    redirect: 'manual',
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

function done(job: string, index: number): Result {
  const facts = { contentType: 'image/jpeg', width: 320, height: 240, bytes: 9 };
  return {
    job,
    index,
    state: 'done',
    image: { ...facts, original: { width: 640, height: 480, format: 'jpeg', bytes: 9 } },
    caption: { ...caption, colours: [...caption.colours] },
    bytes: Buffer.from('a picture').toString('base64'),
    steps: [{ role: 'resize', replica: 'resize-1', queuedAt: 1_000, startedAt: 1_500, finishedAt: 1_750, attempt: 2 }],
    attempts: 2,
    worker: 'resize-1',
  };
}

const failed = (job: string, index: number): Result => ({
  job,
  index,
  state: 'failed',
  error: { code: 'not-a-picture', reason: 'It is a poem.', role: 'resize' },
  steps: [],
  attempts: 1,
});

/** Reads events until the stream ends, or until `enough` says so; then it hangs up. */
async function readEvents(
  url: string,
  headers: Record<string, string> = {},
  enough: (events: { id: string; event: string }[]) => boolean = () => false,
) {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) });
  // biome-ignore lint/suspicious/noExplicitAny: each test says what it expects of it
  const events: { id: string; event: string; data: any }[] = [];
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += Buffer.from(chunk).toString();
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const [, id, event, data] = /^id: (.*)\nevent: (.*)\ndata: (.*)$/.exec(part) ?? [];
      if (id !== undefined) events.push({ id, event: event!, data: JSON.parse(data!) });
    }
    if (enough(events)) break;
  }
  return { status: response.status, events };
}

test('the front end', async (t) => {
  const { url } = await openDatabase(t);
  const cable = await databaseWire(t, url);
  const vendor = await startVendor(t);
  const { database, web, hub, route, origin, relay } = await startFrontend(t, cable.url, vendor.url);
  const api = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    ask(origin, method, path, body, headers);
  const post = async (count: number, more: object = {}): Promise<string> => {
    const answer = await api('POST', '/jobs', { images: Array.from({ length: count }, () => image), ...more });
    assert.equal(answer.status, 202, JSON.stringify(answer.body));
    return answer.body.id;
  };

  await t.test('answers 503 while the tables are not there', async () => {
    const answer = await api('POST', '/jobs', { images: [image] });
    assert.deepEqual([answer.status, answer.body.code], [503, 'database-unavailable']);
    assert.equal((await api('GET', '/readyz')).status, 503);
  });
  await migrate(database, { log });

  await t.test('takes a job: 202, where it is, when to look, and every image sent once', async () => {
    const answer = await api('POST', '/jobs', { images: [image, { ...image, width: 64, format: 'png' }] });
    const { id, state, counts, links } = answer.body;
    assert.equal(answer.status, 202);
    assert.equal(answer.headers.get('location'), `/jobs/${id}`);
    assert.equal(answer.headers.get('retry-after'), '1');
    assert.deepEqual(
      { state, counts, links },
      {
        state: 'queued',
        counts: { total: 2, queued: 2, done: 0, failed: 0, cancelled: 0 },
        links: { self: `/jobs/${id}`, events: `/jobs/${id}/events` },
      },
    );
    const sent = web.sent.filter(({ data }) => data.job === id);
    assert.deepEqual(sent, [
      {
        port: 'images',
        data: {
          item: itemId(id, 0),
          job: id,
          index: 0,
          source: 'sample:harbour',
          width: 320,
          height: 240,
          fit: 'cover',
          format: 'jpeg',
        },
      },
      {
        port: 'images',
        data: {
          item: itemId(id, 1),
          job: id,
          index: 1,
          source: 'sample:harbour',
          width: 64,
          height: 240,
          fit: 'cover',
          format: 'png',
        },
      },
    ]);
  });

  await t.test('takes a job of 1000 images', async () => {
    const id = await post(1000);
    assert.deepEqual(
      web.images(id),
      Array.from({ length: 1000 }, (_, index) => index),
    );
    assert.equal((await api('GET', `/jobs/${id}`)).body.items.length, 1000);
  });

  await t.test('shows a job as it goes on: states, captions, timings, errors, links', async () => {
    const id = await post(3, { deadline_seconds: 600 });
    await recordResults(database, [done(id, 2), failed(id, 0)]);
    const job: JobView = (await api('GET', `/jobs/${id}`)).body;
    assert.equal(job.state, 'running');
    assert.deepEqual(job.counts, { total: 3, queued: 1, done: 1, failed: 1, cancelled: 0 });
    assert.equal(job.deadline?.met, null);
    assert.deepEqual(
      job.items.map(({ state }) => state),
      ['failed', 'queued', 'done'],
    );
    const finished = job.items[2]!;
    assert.equal(finished.caption?.text, 'A harbour');
    assert.deepEqual(finished.timings.steps, [
      {
        role: 'resize',
        replica: 'resize-1',
        attempt: 2,
        queued_at: '1970-01-01T00:00:01.000Z',
        started_at: '1970-01-01T00:00:01.500Z',
        finished_at: '1970-01-01T00:00:01.750Z',
        waiting_seconds: 0.5,
        working_seconds: 0.25,
      },
    ]);
    assert.deepEqual([finished.attempts, finished.worker], [2, 'resize-1']);
    assert.deepEqual(finished.links, { result: `/jobs/${id}/images/2` });
    assert.deepEqual(job.items[0]!.error, { code: 'not-a-picture', reason: 'It is a poem.', role: 'resize' });
    await recordResults(database, [done(id, 1)]);
    const after: JobView = (await api('GET', `/jobs/${id}`)).body;
    assert.deepEqual([after.state, after.deadline?.met], ['done', true]);
  });

  await t.test('hands out a picture that may be kept for ever', async () => {
    const id = await post(1);
    await recordResults(database, [done(id, 0)]);
    const answer = await api('GET', `/jobs/${id}/images/0`);
    assert.deepEqual([answer.status, answer.body], [200, 'a picture']);
    assert.equal(answer.headers.get('content-type'), 'image/jpeg');
    assert.match(answer.headers.get('cache-control') ?? '', /immutable/);
    const again = await api('GET', `/jobs/${id}/images/0`, undefined, {
      'if-none-match': answer.headers.get('etag')!,
      'cache-control': 'max-age=0', // else fetch says no-cache, which asks for the whole of it
    });
    assert.equal(again.status, 304);
  });

  await t.test('says why there is no picture', async () => {
    const id = await post(2);
    await recordResults(database, [failed(id, 0)]);
    const failedOne = await api('GET', `/jobs/${id}/images/0`);
    assert.deepEqual([failedOne.status, failedOne.body.code], [404, 'image-not-found']);
    assert.match(failedOne.body.detail, /It is a poem/);
    const early = await api('GET', `/jobs/${id}/images/1`);
    assert.deepEqual([early.status, early.body.code, early.headers.get('retry-after')], [409, 'image-not-ready', '1']);
    for (const n of ['2', '-1', '1.5', 'x', '99999999999']) {
      const none = await api('GET', `/jobs/${id}/images/${n}`);
      assert.deepEqual([none.status, none.body.code, none.body.errors[0].field], [404, 'image-not-found', 'n']);
    }
  });

  await t.test('gives the same job for the same key and body, in whatever order its fields come', async () => {
    const headers = { 'idempotency-key': 'order 66' };
    const first = await api('POST', '/jobs', '{"images":[{"source":"sample:harbour","width":10}]}', headers);
    const second = await api(
      'POST',
      '/jobs',
      '{"images":[{"width":10,"source":"sample:harbour","fit":"cover"}]}',
      headers,
    );
    assert.deepEqual([first.status, second.status, second.body.id], [202, 202, first.body.id]);
    assert.deepEqual(
      [first.headers.get('idempotent-replayed'), second.headers.get('idempotent-replayed')],
      [null, 'true'],
    );
    assert.deepEqual(web.images(first.body.id), [0]);
    const other = await api('POST', '/jobs', { images: [image] }, headers);
    assert.deepEqual([other.status, other.body.code], [409, 'idempotency-key-reused']);
  });

  await t.test('sends the images of an urgent job as urgent, also where the relay has to', async () => {
    const headers = { 'idempotency-key': 'siren' };
    const first = await api('POST', '/jobs', { images: [image], urgent: true }, headers);
    assert.equal(first.status, 202);
    web.fail = new PublishError('disconnected', 'gone');
    const second = await api('POST', '/jobs', { images: [image], urgent: true });
    web.fail = undefined;
    const id = /[0-9a-f-]{36}/.exec(second.body.detail)?.[0] ?? '';
    await eventually('the relay publishes it', async () => {
      await relayOnce(relay);
      return web.images(id).length > 0;
    });
    for (const job of [first.body.id, id]) {
      assert.deepEqual(
        web.sent.filter(({ data }) => data.job === job).map(({ urgent }) => urgent),
        [true],
      );
    }
  });

  await t.test('takes an urgent job for another request than the same job in its turn', async () => {
    const headers = { 'idempotency-key': 'hurry' };
    const first = await api('POST', '/jobs', { images: [image] }, headers);
    const same = await api('POST', '/jobs', { images: [image], urgent: false }, headers);
    const other = await api('POST', '/jobs', { images: [image], urgent: true }, headers);
    assert.deepEqual([same.body.id, other.status], [first.body.id, 409]);
  });

  await t.test('tells what became of all that was accepted', async () => {
    const { status, body } = await api('GET', '/ledger');
    assert.equal(status, 200);
    assert.equal(body.accepted, body.done + body.failed + body.cancelled + body.open);
    assert.equal((await api('GET', '/ledger?before=yesterday')).status, 422);
  });

  await t.test('makes one job of ten requests with one key at the same time, and sends its images once', async () => {
    const headers = { 'idempotency-key': 'race' };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => api('POST', '/jobs', { images: [image, image] }, headers)),
    );
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([202]));
    const ids = new Set(answers.map(({ body }) => body.id));
    assert.equal(ids.size, 1);
    assert.deepEqual(web.images([...ids][0]!), [0, 1]);
  });

  await t.test('stores nothing while the broker is away', async () => {
    web.isConnected = false;
    const { jobs } = (await api('GET', '/jobs?limit=1')).body;
    const answer = await api('POST', '/jobs', { images: [image] });
    assert.deepEqual([answer.status, answer.body.code], [503, 'broker-unavailable']);
    assert(Number(answer.headers.get('retry-after')) > 0);
    assert.equal((await api('GET', '/jobs?limit=1')).body.jobs[0].id, jobs[0].id);
    const readiness = await api('GET', '/readyz');
    assert.deepEqual([readiness.status, readiness.body.checks.broker], [503, 'no connection']);
    web.isConnected = true;
    assert.equal((await api('GET', '/readyz')).status, 200);
  });

  await t.test('keeps a job that the broker did not confirm, says so, and the relay publishes it', async () => {
    const headers = { 'idempotency-key': 'storm' };
    web.fail = new PublishError('unconfirmed', 'no answer');
    const answer = await api('POST', '/jobs', { images: [image, image] }, headers);
    web.fail = undefined;
    assert.deepEqual([answer.status, answer.body.code], [503, 'broker-unavailable']);
    const id = /[0-9a-f-]{36}/.exec(answer.body.detail)?.[0] ?? '';
    assert.deepEqual(web.images(id), []);
    await eventually('the lease is given back and the relay publishes', async () => {
      await relayOnce(relay);
      return web.images(id).length > 0;
    });
    assert.deepEqual(web.images(id), [0, 1]);
    const replay = await api('POST', '/jobs', { images: [image, image] }, headers);
    assert.deepEqual([replay.status, replay.body.id], [202, id]);
    await relayOnce(relay);
    assert.deepEqual(web.images(id), [0, 1]);
  });

  await t.test(
    'publishes a job that a crash left stored but not sent, when it is sent again under its key',
    async () => {
      const headers = { 'idempotency-key': 'crash' };
      web.fail = new PublishError('disconnected', 'gone');
      const answer = await api('POST', '/jobs', { images: [image] }, headers);
      web.fail = undefined;
      assert.equal(answer.status, 503);
      const replay = await api('POST', '/jobs', { images: [image] }, headers);
      assert.deepEqual([replay.status, web.images(replay.body.id)], [202, [0]]);
    },
  );

  await t.test('says that nothing is wired to take the work', async () => {
    web.fail = new PublishError('unroutable', 'nobody there');
    const answer = await api('POST', '/jobs', { images: [image] });
    web.fail = undefined;
    assert.deepEqual([answer.status, answer.body.code], [503, 'not-routed']);
    route.now = 'missing';
    assert.equal((await api('GET', '/readyz')).status, 503);
    route.now = 'unknown';
    assert.equal((await api('GET', '/readyz')).status, 200);
    route.now = 'connected';
  });

  for (const state of ['cut', 'frozen'] as const) {
    await t.test(
      `answers 503 within two seconds while the way to the database is ${state}, and works again after`,
      async () => {
        const id = await post(1);
        cable.set(state);
        try {
          for (const [method, path, body] of [
            ['POST', '/jobs', { images: [image] }],
            ['POST', '/sync/images', { images: [image] }],
            ['GET', `/jobs/${id}`],
            ['GET', '/readyz'],
          ] as const) {
            const startedAt = performance.now();
            const answer = await api(method, path, body);
            assert.equal(answer.status, 503, `${method} ${path}`);
            assert(performance.now() - startedAt < 2_000, `${method} ${path} took ${performance.now() - startedAt} ms`);
            if (path !== '/readyz') assert.equal(answer.headers.get('retry-after'), '2');
          }
          assert.equal((await api('GET', '/healthz')).status, 200);
        } finally {
          cable.set('whole');
        }
        await eventually('the database is back', async () => (await api('GET', `/jobs/${id}`)).status === 200);
      },
    );
  }

  await t.test(
    'cancels what is not finished, tells the workers, and repeats it until all of it has settled',
    async () => {
      const id = await post(3);
      await recordResults(database, [done(id, 0)]);
      const answer = await api('DELETE', `/jobs/${id}`);
      assert.equal(answer.status, 200);
      assert.deepEqual([answer.body.state, answer.body.counts.cancelled], ['cancelled', 2]);
      const told = () => web.sent.filter(({ port, data }) => port === 'cancel' && data.job === id).length;
      assert.equal(told(), 1);
      assert.equal((await api('DELETE', `/jobs/${id}`)).status, 200);
      await database.query(`UPDATE jobs SET cancel_sent_at = now() - interval '2 seconds' WHERE id = $1`, [id]);
      const before = told();
      await relayOnce(relay);
      assert.equal(told(), before + 1);
      await recordResults(database, [done(id, 1), done(id, 2)]);
      await database.query(`UPDATE jobs SET cancel_sent_at = now() - interval '2 seconds' WHERE id = $1`, [id]);
      await relayOnce(relay);
      assert.equal(told(), before + 1);
      assert.deepEqual((await api('GET', `/jobs/${id}`)).body.counts, {
        total: 3,
        queued: 0,
        done: 1,
        failed: 0,
        cancelled: 2,
      });
      assert.match((await api('GET', `/jobs/${id}/images/1`)).body.detail, /cancelled/);
    },
  );

  await t.test('does not cancel a job that is done', async () => {
    const id = await post(1);
    await recordResults(database, [done(id, 0)]);
    const answer = await api('DELETE', `/jobs/${id}`);
    assert.deepEqual([answer.status, answer.body.code], [409, 'job-finished']);
  });

  await t.test('streams items as they finish, and ends when the job is done', async () => {
    const id = await post(3);
    await recordResults(database, [done(id, 1)]);
    const reading = readEvents(`${origin}/jobs/${id}/events`);
    await recordResults(database, [failed(id, 2)]);
    hub.wake(id);
    await recordResults(database, [done(id, 0)]);
    const { events } = await reading;
    assert.deepEqual(
      events.map(({ id, event, data }) => [id, event, data.index ?? data.state]),
      [
        ['1', 'item', 1],
        ['2', 'item', 2],
        ['3', 'item', 0],
        ['done', 'done', 'done'],
      ],
    );
    assert.equal(events[1]!.data.error.reason, 'It is a poem.');
  });

  await t.test('resumes a stream after the last event that the client has, without a gap', async () => {
    const id = await post(450);
    const events = `${origin}/jobs/${id}/events`;
    await recordResults(
      database,
      Array.from({ length: 300 }, (_, n) => done(id, n)),
    );
    const first = await readEvents(events, {}, (seen) => seen.length >= 7);
    const last = first.events.at(-1)!.id;
    await recordResults(
      database,
      Array.from({ length: 150 }, (_, n) => done(id, 300 + n)),
    );
    const second = await readEvents(events, { 'last-event-id': last });
    assert.deepEqual(
      second.events.map((event) => event.id),
      [...Array.from({ length: 450 - Number(last) }, (_, n) => String(Number(last) + n + 1)), 'done'],
    );
    assert.equal((await readEvents(events, { 'last-event-id': 'done' })).status, 204);
  });

  await t.test('ends the stream of a job that is cancelled', async () => {
    const id = await post(2);
    const reading = readEvents(`${origin}/jobs/${id}/events`);
    await api('DELETE', `/jobs/${id}`);
    const { events } = await reading;
    assert.deepEqual(
      events.map(({ data }) => data.state),
      ['cancelled', 'cancelled', 'cancelled'],
    );
  });

  await t.test('lists jobs newest first, by state and page by page', async () => {
    const ids = [await post(1), await post(1), await post(1)].reverse();
    const first = await api('GET', '/jobs?limit=2');
    assert.deepEqual(
      first.body.jobs.map(({ id }: { id: string }) => id),
      ids.slice(0, 2),
    );
    const second = await api('GET', first.body.next);
    assert.equal(second.body.jobs[0].id, ids[2]);
    await recordResults(database, [done(ids[1]!, 0)]);
    assert.equal((await api('GET', '/jobs?state=done&limit=1')).body.jobs[0].id, ids[1]);
    for (const [query, field] of [
      ['limit=0', 'limit'],
      ['limit=ten', 'limit'],
      ['state=asleep', 'state'],
      ['after=1', 'after'],
      ['colour=red', 'colour'],
      ['limit=1&limit=2', 'limit'],
    ]) {
      const wrong = await api('GET', `/jobs?${query}`);
      assert.deepEqual([wrong.status, wrong.body.errors[0].field], [422, field]);
    }
  });

  await t.test('does the same work inside the request', async () => {
    const answer = await api('POST', '/sync/images', {
      images: [image, { source: 'sample:portrait', width: 50, height: 50, fit: 'inside', format: 'webp' }],
    });
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const job: JobView = answer.body;
    assert.deepEqual([job.state, job.mode, job.counts.done], ['done', 'sync', 2]);
    assert.equal(job.items[0]!.caption?.text, 'A harbour');
    assert.deepEqual(
      job.items[0]!.timings.steps.map(({ role }) => role),
      ['resize', 'caption', 'store'],
    );
    const picture = await fetch(`${origin}${job.items[1]!.links.result}`);
    assert.equal(picture.headers.get('content-type'), 'image/webp');
    assert.equal((await picture.bytes()).length, job.items[1]!.image?.bytes);
    assert.deepEqual(web.images(job.id), []);
  });

  await t.test('fails an image inside the request with a reason, and does the rest', async () => {
    vendor.status = 400;
    const answer = await api('POST', '/sync/images', { images: [image] });
    vendor.status = 200;
    assert.deepEqual([answer.status, answer.body.counts.failed], [200, 1]);
    const [item] = (answer.body as JobView).items;
    assert.deepEqual([item?.error?.code, item?.error?.role], ['vendor-refused', 'caption']);
    assert.match(item?.error?.reason ?? '', /does not like it/);
  });

  await t.test('cancels what is left when the client of a synchronous request hangs up', async () => {
    vendor.hang = true;
    const hangUp = new AbortController();
    const before = vendor.asked;
    const request = fetch(`${origin}/sync/images`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ images: [image, image] }),
      signal: hangUp.signal,
    });
    await eventually('the vendor is asked', () => vendor.asked > before);
    hangUp.abort();
    await assert.rejects(request);
    const cancelled = await eventually('the job is cancelled', async () => {
      const [job] = (await api('GET', '/jobs?limit=1')).body.jobs;
      return job.state === 'cancelled' && job;
    });
    assert.deepEqual([cancelled.mode, cancelled.counts.cancelled], ['sync', 2]);
    vendor.hang = false;
  });

  await t.test('names the field that is wrong, what was expected and what was given', async () => {
    const cases: [unknown, string, RegExp][] = [
      [{ images: [] }, 'images', /1 to 1000 images/],
      [{ images: Array.from({ length: 1001 }, () => image) }, 'images', /1 to 1000 images/],
      [{ images: [image, { ...image, width: 0 }] }, 'images[1].width', /whole number from 1 to 4096/],
      [{ images: [{ ...image, height: 5000 }] }, 'images[0].height', /whole number from 1 to 4096/],
      [{ images: [{ ...image, width: '320' }] }, 'images[0].width', /whole number/],
      [{ images: [{ ...image, fit: 'stretch' }] }, 'images[0].fit', /cover, contain, inside/],
      [{ images: [{ ...image, colour: 'red' }] }, 'images[0].colour', /absent/],
      [{ images: [{ width: 3 }] }, 'images[0].source', /sample:<name> or/],
      [{ images: [{ source: 'sample:atlantis' }] }, 'images[0].source', /harbour/],
      [{ images: [{ source: 'file:///etc/passwd' }] }, 'images[0].source', /http/],
      [{ images: [{ source: 'http://127.0.0.1/' }] }, 'images[0].source', /./],
      [{ images: [{ source: 'http://169.254.169.254/latest' }] }, 'images[0].source', /./],
      [{ images: [{ source: 'sample:\u0000' }] }, 'images[0].source', /control/],
      [{ images: [{ source: 'http://example.org/\ud800' }] }, 'images[0].source', /control/],
      [{ images: [image], deadline_seconds: -1 }, 'deadline_seconds', /whole number from 1/],
      [{ images: [image], urgent: 'yes' }, 'urgent', /true or false/],
      [[], 'body', /JSON object/],
      ['null', 'body', /JSON object/],
    ];
    for (const path of ['/jobs', '/sync/images']) {
      for (const [body, field, expected] of cases) {
        const answer = await api('POST', path, body);
        assert.deepEqual(
          [answer.status, answer.body.code, answer.body.errors?.[0].field],
          [422, 'invalid-request', field],
        );
        assert.match(answer.body.errors[0].expected, expected);
        assert.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
      }
    }
    const key = await api('POST', '/jobs', { images: [image] }, { 'idempotency-key': 'x'.repeat(201) });
    assert.deepEqual([key.status, key.body.errors[0].field], [422, 'Idempotency-Key']);
    const last = await api('GET', `/jobs/${await post(1)}/events`, undefined, { 'last-event-id': 'x' });
    assert.deepEqual([last.status, last.body.errors[0].field], [422, 'Last-Event-ID']);
  });

  await t.test('answers what is wrong with a request as problem details', async () => {
    const unknown = '01976f6c-0f5e-7c3a-9d3b-3f1f5a1c2b4d';
    const cases: [string, string, unknown, Record<string, string>, number, string][] = [
      ['POST', '/jobs', '{"images":', {}, 400, 'malformed-json'],
      ['POST', '/jobs', '', {}, 400, 'malformed-json'],
      ['POST', '/jobs', undefined, {}, 400, 'malformed-json'],
      ['POST', '/jobs', `"${'x'.repeat(1024 * 1024)}"`, {}, 413, 'body-too-large'],
      ['POST', '/jobs', '{}', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
      ['POST', '/jobs', '{}', { 'content-type': 'application/json; charset=latin1' }, 415, 'unsupported-media-type'],
      ['GET', '/nowhere', undefined, {}, 404, 'not-found'],
      ['GET', '/jobs/%zz', undefined, {}, 404, 'not-found'],
      ['GET', '/jobs/17', undefined, {}, 404, 'job-not-found'],
      ['GET', `/jobs/${unknown}`, undefined, {}, 404, 'job-not-found'],
      ['GET', `/jobs/${unknown}/events`, undefined, {}, 404, 'job-not-found'],
      ['GET', `/jobs/${unknown}/images/0`, undefined, {}, 404, 'job-not-found'],
      ['DELETE', `/jobs/${unknown}`, undefined, {}, 404, 'job-not-found'],
      ['PUT', '/jobs', '{}', {}, 405, 'method-not-allowed'],
      ['POST', '/healthz', '{}', {}, 405, 'method-not-allowed'],
    ];
    for (const [method, path, body, headers, status, code] of cases) {
      const answer = await api(method, path, body, headers);
      assert.deepEqual([answer.status, answer.body.code], [status, code], `${method} ${path}`);
      assert.equal(answer.body.type, `urn:queuelab:problem:${code}`);
      assert.equal(answer.body.status, status);
      assert(answer.body.detail.length > 10);
    }
    assert.equal((await api('PUT', '/jobs')).headers.get('allow'), 'GET, HEAD, OPTIONS, POST');
    assert.equal((await api('OPTIONS', `/jobs/${unknown}`)).headers.get('allow'), 'DELETE, GET, HEAD, OPTIONS');
  });

  await t.test('never answers 500, whatever is sent', async () => {
    const odd: unknown[] = [
      null,
      true,
      0,
      -1,
      1e308,
      2 ** 53,
      '',
      'x',
      '\u0000',
      '\ud800',
      '💥'.repeat(50),
      [],
      [[]],
      {},
      { length: 3 },
      { __proto__: null, toString: 1 },
    ];
    let seed = 20_171;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const pick = <T>(from: readonly T[]): T => from[random(from.length)]!;
    for (let n = 0; n < 300; n++) {
      const broken: Record<string, unknown> = { ...image, width: 20, height: 20, fit: 'cover', format: 'jpeg' };
      broken[pick([...Object.keys(broken), '__proto__', 'constructor', ''])] = pick(odd);
      const body: Record<string, unknown> = { images: pick([[broken], [image, broken], broken, pick(odd)]) };
      if (random(3) === 0) body[pick(['deadline_seconds', 'images', 'extra', '__proto__'])] = pick(odd);
      let text = JSON.stringify(body);
      if (random(4) === 0)
        text =
          text.slice(0, random(text.length)) +
          pick(['', '}', '\u0000', '"', '\\', '[[[[']) +
          text.slice(random(text.length));
      const answer = await api('POST', '/jobs', text);
      assert([202, 400, 422].includes(answer.status), `${answer.status} for ${text}`);
    }
    for (const path of [
      '/jobs/%00',
      '/jobs/..%2f..%2fetc',
      '/jobs//images/0',
      '/jobs?after=%00',
      '/jobs?state[]=done',
      '/%',
      '/jobs/%F0%9F',
    ]) {
      const answer = await api('GET', path);
      assert([404, 422].includes(answer.status), `${answer.status} for ${path}`);
    }
  });

  await t.test('describes every address and method that it has, from the schemas that validate', async () => {
    const { body } = await api('GET', '/openapi.json');
    assert.equal(body.openapi, '3.1.0');
    for (const [path, methods] of Object.entries<Record<string, unknown>>(body.paths)) {
      const address = path.replace('{id}', '01976f6c-0f5e-7c3a-9d3b-3f1f5a1c2b4d').replace('{n}', '0');
      const { headers } = await api('OPTIONS', address);
      const allowed = (headers.get('allow') ?? '')
        .toLowerCase()
        .split(', ')
        .filter((method) => !['head', 'options'].includes(method));
      assert.deepEqual(allowed, Object.keys(methods).sort(), path);
    }
    const { width } = body.components.schemas.ImageRequest.properties;
    assert.deepEqual([width.minimum, width.maximum, width.default], [1, 4096, 320]);
    const references = JSON.stringify(body).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
    for (const [, name] of references) assert(name! in body.components.schemas, name);
  });

  await t.test('lists the samples', async () => {
    const { samples } = (await api('GET', '/samples')).body;
    assert(samples.some(({ name }: { name: string }) => name === 'harbour'));
  });

  await t.test('has a page for people that runs nothing but its own files', async () => {
    const page = await api('GET', '/');
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.doesNotMatch(page.body, /<style|style=|<script>|onclick=/);
    for (const [, file] of (page.body as string).matchAll(/(?:src|href)="(\/[\w.]+)"/g)) {
      assert.equal((await api('GET', file!)).status, 200, file);
    }
  });

  await t.test('counts its requests by route, never by address', async () => {
    const { body } = await api('GET', '/metrics');
    const routes = new Set(
      [...(body as string).matchAll(/^queuelab_http_request_seconds_count\{.*route="([^"]*)"/gm)].map(
        ([, route]) => route,
      ),
    );
    assert(routes.has('/jobs/:id') && routes.has('none'), [...routes].join(' '));
    for (const route of routes) assert.match(route ?? '', /^(none|\/[\w./:]*)$/);
  });
});

test('a front end that stops ends its event streams', async (t) => {
  const { url } = await openDatabase(t);
  const vendor = await startVendor(t);
  const { app, database, origin } = await startFrontend(t, url, vendor.url);
  await migrate(database, { log });
  const { body } = await ask(origin, 'POST', '/jobs', { images: [image, image] });
  await recordResults(database, [done(body.id, 0)]);
  let stopped = false;
  const { events } = await readEvents(`${origin}/jobs/${body.id}/events`, {}, (seen) => {
    if (seen.length === 1 && !stopped) {
      stopped = true;
      app.close();
    }
    return false;
  });
  assert.deepEqual(
    events.map(({ event }) => event),
    ['item'],
  );
});
