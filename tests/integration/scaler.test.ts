import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type TestContext, test } from 'node:test';
import { connect } from 'amqplib';
import type { Decision } from '../../services/scaler/deciding/types.ts';
import { type Broker, openBroker } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { type ScalerUnderTest, type ScalerUnderTestOptions, startScaler } from '../helpers/scaler.ts';
import { type StandInPlatform, startStandInPlatform } from '../helpers/stand-in-platform.ts';
import { undoStack } from '../helpers/undo.ts';
import { openWire } from '../helpers/wire.ts';

/** Two roles that are looked at twice a second: each job takes 1 s and may take 15 s. */
const GUV = `
'*': { p: 1, d: 15, boot: 1, min: 1, max: 6, pollinterval: 0.5 }
resize: { q: resize.IN }
store: { q: store.IN }
`;
const OVERLOAD = 200;
/** What was seen last counts for 15 s. */
const UNSEEN = { withinMs: 45_000 };

interface Queues {
  declare(queue: string): Promise<void>;
  publish(queue: string, count: number): Promise<void>;
  purge(queue: string): Promise<void>;
  remove(queue: string): Promise<void>;
}

async function openQueues(t: Pick<TestContext, 'after'>, broker: Broker): Promise<Queues> {
  const connection = await connect(broker.url);
  const channel = await connection.createConfirmChannel();
  t.after(async () => void (await connection.close().catch(() => {})));
  return {
    declare: async (queue) => void (await channel.assertQueue(queue, { durable: true })),
    async publish(queue, count) {
      for (let job = 0; job < count; job += 1) channel.sendToQueue(queue, Buffer.from('{}'));
      await channel.waitForConfirms();
    },
    purge: async (queue) => void (await channel.purgeQueue(queue)),
    remove: async (queue) => void (await channel.deleteQueue(queue)),
  };
}

interface Lab {
  broker: Broker;
  queues: Queues;
  platform: StandInPlatform;
  scaler: ScalerUnderTest;
}

async function openLab(t: TestContext, options: Partial<ScalerUnderTestOptions> = {}): Promise<Lab> {
  const scope = undoStack(t as unknown as Parameters<typeof undoStack>[0]);
  const broker = await openBroker(scope);
  const queues = await openQueues(scope as never, broker);
  const platform = await startStandInPlatform(scope, ['resize', 'store']);
  await queues.declare('resize.IN');
  await queues.declare('store.IN');
  const scaler = await startScaler(scope, broker, { guv: GUV, platform, ...options });
  return { broker, queues, platform, scaler };
}

const is =
  (expected: Partial<Pick<Decision, 'from' | 'to' | 'term'>>) =>
  ({ decision }: { decision?: Decision }): boolean =>
    Object.entries(expected).every(([key, value]) => decision?.[key as 'to'] === value);

test('in mode off it looks and decides nothing', async (t) => {
  const { scaler, queues, platform } = await openLab(t);
  await queues.publish('resize.IN', OVERLOAD);
  const seen = await scaler.until('the backlog is seen', 'resize', ({ situation }) => situation?.waiting === OVERLOAD);
  assert.equal(seen.decision, undefined);
  assert.deepEqual(await scaler.decisions('resize'), []);
  assert.deepEqual(platform.asked, []);
});

test('in mode advise it says what it would do, and does nothing', async (t) => {
  const { scaler, queues, platform } = await openLab(t, { env: { SCALER_MODE: 'advise' } });
  await queues.publish('resize.IN', OVERLOAD);
  const { decision } = await scaler.until('more are wanted', 'resize', is({ from: 1, to: 6 }));
  assert.match(decision!.sentence, /^resize 1 → 6: 200 waiting and .* 15 s deadline/);
  await scaler.until('the other role is calm', 'store', is({ from: 1, to: 1 }));
  assert.deepEqual(platform.asked, []);
});

test('in mode act the role gets its replicas, and loses them when nothing is to be done', async (t) => {
  const { scaler, queues, platform } = await openLab(t);
  await queues.publish('resize.IN', OVERLOAD);
  await scaler.mode('act');
  await eventually('there are six', () => platform.replicas('resize') === 6);
  await queues.purge('resize.IN');
  await eventually('there is one again', () => platform.replicas('resize') === 1, { withinMs: 150_000 });
  assert.equal(platform.replicas('store'), 1);
});

test('in mode act a replica that has died is replaced, and in mode advise it is not', async (t) => {
  const { scaler, platform } = await openLab(t);
  await scaler.mode('act');
  await scaler.until('it is at work', 'resize', is({ from: 1, to: 1 }));
  platform.lose('resize');
  await eventually('it is replaced', () => platform.replicas('resize') === 1);
  await scaler.mode('advise');
  const before = platform.asked.length;
  platform.lose('resize');
  await scaler.until('it is noticed', 'resize', is({ from: 0, to: 1 }));
  assert.equal(platform.replicas('resize'), 0);
  assert.equal(platform.asked.length, before);
});

test('a replica that is paused is no capacity: another takes its place', async (t) => {
  const { scaler, platform } = await openLab(t);
  await scaler.mode('act');
  await scaler.until('it is at work', 'resize', is({ from: 1, to: 1 }));
  platform.pause('resize');
  await eventually('there is another', () => platform.replicas('resize') === 2);
});

test('what boots is counted, and not asked for again', async (t) => {
  const { scaler, queues, platform } = await openLab(t);
  platform.holdBoots(true);
  await queues.publish('resize.IN', OVERLOAD);
  await scaler.mode('act');
  await scaler.until('all are asked for', 'resize', is({ from: 6, to: 6 }));
  assert.deepEqual(
    platform.asked.filter(({ role }) => role === 'resize'),
    [{ role: 'resize', replicas: 6 }],
  );
});

test('mode, fixed numbers and pauses survive that it is killed', async (t) => {
  const { scaler, platform } = await openLab(t);
  await scaler.mode('act');
  await scaler.ask('PUT', '/roles/resize/steering', { fixed: 3 });
  await scaler.ask('PUT', '/roles/store/steering', { paused: 'in' });
  await eventually('there are three', () => platform.replicas('resize') === 3);
  await scaler.stop('SIGKILL');
  await scaler.start();
  const { steering } = await scaler.until('it is fixed', 'resize', is({ to: 3, term: 'fixed' }));
  assert.deepEqual(steering, { fixed: 3 });
  const { mode, roles } = await scaler.status();
  assert.deepEqual([mode, roles[1]?.steering], ['act', { paused: 'in' }]);
});

test('a new configuration counts within a poll; a wrong one is refused with its line, and the last good one stays', async (t) => {
  const { scaler } = await openLab(t, { env: { SCALER_MODE: 'advise' } });
  await scaler.until('it decides', 'resize', is({ to: 1 }));
  await scaler.write(GUV.replace('{ q: resize.IN }', '{ q: resize.IN, min: 4 }'));
  await scaler.until('the minimum is another', 'resize', is({ to: 4, term: 'minimum' }));
  await scaler.write(GUV.replace('{ q: resize.IN }', '{ q: resize.IN, minimun: 5 }'));
  const { config } = await eventually('it says so', async () => {
    const status = await scaler.status();
    return status.config.ok ? undefined : status;
  });
  assert.match(config.problem!.join(), /^guv\.yaml:3: .*minimun.*minimum/);
  assert.equal((await scaler.until('the last good one counts', 'resize', is({ to: 4 }))).minimum, 4);
  await scaler.write(GUV);
  await scaler.until('it is mended', 'resize', is({ to: 1 }));
  assert.equal((await scaler.status()).config.ok, true);
});

test('a role that is no service of the platform is a problem with its line, and the others go on', async (t) => {
  const { scaler } = await openLab(t, { guv: `${GUV}resise: { q: resize.IN }\n`, env: { SCALER_MODE: 'advise' } });
  await scaler.until('the others decide', 'resize', is({ to: 1 }));
  const { problem } = await eventually('it says so', async () => {
    const { config } = await scaler.status();
    return config.ok ? undefined : config;
  });
  assert.match(problem!.join(), /^guv\.yaml:5: resise .* did you mean resize\?/);
  const { decision } = await scaler.until('it falls back', 'resise', is({ term: 'fallback' }));
  assert.equal(decision!.to, undefined);
});

test('a queue that is missing, as wedges guv for ever, is the trouble of its role alone, and passes', async (t) => {
  const { scaler, queues, platform } = await openLab(t, {
    guv: GUV.replace('resize: {', 'resize: { policy: guv, history: 1,').replace('store: {', 'store: { policy: guv,'),
  });
  await scaler.mode('act');
  await scaler.until('it decides', 'resize', is({ to: 1 }));
  await queues.remove('resize.IN');
  const { decision } = await scaler.until('it is unobserved', 'resize', is({ term: 'fallback' }), UNSEEN);
  assert.deepEqual(decision!.conditions, ['Fallback']);
  assert.match(decision!.sentence, /^resize stays at 1: it cannot be observed: .*resize\.IN/);
  await queues.publish('store.IN', OVERLOAD);
  await eventually('the other role goes on', () => platform.replicas('store') === 6);
  assert.equal(platform.replicas('resize'), 1);
  await queues.declare('resize.IN');
  await queues.publish('resize.IN', OVERLOAD);
  await eventually('the role goes on', () => platform.replicas('resize') === 6);
});

test('while the broker is cut off everything is held, and goes on when it is back', async (t) => {
  const scope = undoStack(t as unknown as Parameters<typeof undoStack>[0]);
  const broker = await openBroker(scope);
  const amqp = await openWire(scope, broker.url);
  const management = await openWire(scope, broker.managementUrl);
  const queues = await openQueues(scope as never, broker);
  await queues.declare('resize.IN');
  const platform = await startStandInPlatform(scope, ['resize']);
  const guv = GUV.replace(/^store.*$/m, '');
  const through = { ...broker, url: amqp.url, managementUrl: management.url };
  const scaler = await startScaler(scope, through, { guv, platform });
  await queues.publish('resize.IN', OVERLOAD);
  await scaler.mode('act');
  await eventually('there are six', () => platform.replicas('resize') === 6);
  for (const wire of [amqp, management]) {
    wire.refuse(true);
    wire.cut();
  }
  const { decision } = await scaler.until('it holds', 'resize', is({ term: 'fallback' }), UNSEEN);
  assert.deepEqual([decision!.from, decision!.to], [6, 6]);
  assert.equal((await scaler.status()).broker.ok, false);
  platform.lose('resize');
  await eventually('what dies meanwhile is replaced', () => platform.replicas('resize') === 6);
  await queues.purge('resize.IN');
  for (const wire of [amqp, management]) wire.refuse(false);
  await eventually('it goes on', () => platform.replicas('resize') < 6, { withinMs: 150_000 });
});

test('while the platform is away or refuses nothing is lost but time, and it is said', async (t) => {
  const { scaler, queues, platform } = await openLab(t);
  await scaler.mode('act');
  await scaler.until('it decides', 'resize', is({ to: 1 }));
  platform.refuse('the engine is being updated');
  await queues.publish('resize.IN', OVERLOAD);
  const refused = await scaler.until('it is refused', 'resize', is({ from: 1, to: 6, term: 'platform' }));
  assert.match(refused.decision!.sentence, /the platform: .*the engine is being updated$/);
  platform.away(true);
  await eventually('it is away', async () => !(await scaler.status()).platform.ok);
  platform.refuse(undefined);
  platform.away(false);
  await eventually('it goes on', () => platform.replicas('resize') === 6);
});

test('what the platform holds back is said, and not asked for as if nothing had been', async (t) => {
  const { scaler, queues, platform } = await openLab(t);
  platform.bound(4);
  await queues.publish('resize.IN', OVERLOAD);
  await scaler.mode('act');
  const { decision } = await scaler.until('it is held', 'resize', is({ from: 4, to: 6, term: 'platform' }));
  assert.match(decision!.sentence, /the platform: only 4 fit$/);
  const events = await readFile(scaler.eventsFile, 'utf8');
  const scaled = events.split('\n').filter((line) => line.includes('"eventType":"GuvScaled"'));
  const toFour = scaled.filter((line) => (JSON.parse(line) as { workers: number }).workers === 4);
  assert.equal(toFour.length, 1, events);
});

test('a policy of my own decides; wrong, hanging or missing it falls back within a poll, and counts again when mended', async (t) => {
  const guv = GUV.replace('q: resize.IN', 'q: resize.IN, policy: mine, fallback: 2, pollinterval: 1');
  const { scaler, platform } = await openLab(t, { guv });
  const wrong = [
    ['() => NaN', /asked for NaN replicas/],
    ['() => 1e9', /asked for 1000000000 replicas/],
    ['() => { throw new Error("boom"); }', /failed: boom/],
    ['() => { for (;;); }', /did not answer within 0.5 s/],
  ] as const;
  await scaler.mode('act');
  const missing = await scaler.until('it is missing', 'resize', is({ to: 2, term: 'fallback' }));
  assert.match(missing.decision!.sentence, /its policy mine is not there: mine\.ts was expected/);
  for (const [code, expected] of wrong) {
    await scaler.writePolicy('mine', 'export default () => ({ replicas: 5, reason: "five are nice" });');
    const good = await scaler.until('it decides', 'resize', is({ to: 5, term: 'own' }));
    assert.match(good.decision!.sentence, /five are nice$/);
    await scaler.writePolicy('mine', `export default ${code};`);
    const bad = await scaler.until('it falls back', 'resize', ({ decision }) =>
      expected.test(decision?.guard.policyProblem ?? ''),
    );
    assert.deepEqual([bad.decision!.to, bad.decision!.conditions.includes('Fallback')], [2, true]);
    await eventually('there are two', () => platform.replicas('resize') === 2);
  }
  await scaler.until('the other role decides', 'store', is({ to: 1 }));
  const events = await readFile(scaler.eventsFile, 'utf8');
  assert.match(events, /"eventType":"GuvError",.*"source":"policy","error":"mine failed: boom"/);
});

test('a pause holds the number, and a number by hand counts until it is freed', async (t) => {
  const { scaler, queues, platform } = await openLab(t);
  await scaler.mode('act');
  await scaler.ask('PUT', '/roles/resize/steering', { paused: 'out' });
  await queues.publish('resize.IN', OVERLOAD);
  await scaler.until('it holds', 'resize', is({ from: 1, to: 1, term: 'paused' }));
  const { status, body } = await scaler.ask('PUT', '/roles/resize/replicas', { replicas: 3 });
  assert.deepEqual([status, body.from, body.to, body.fixed], [200, 1, 3, true]);
  assert.equal(platform.replicas('resize'), 3);
  await scaler.until('it is fixed', 'resize', is({ to: 3, term: 'fixed' }));
  await scaler.ask('PUT', '/roles/resize/steering', { fixed: null, paused: null });
  await eventually('it is free', () => platform.replicas('resize') === 6);
});

test('turning it off sets the numbers of docker-compose.yml again, where that is asked for', async (t) => {
  const { scaler, queues, platform } = await openLab(t);
  await queues.publish('resize.IN', OVERLOAD);
  await scaler.mode('act');
  await eventually('there are six', () => platform.replicas('resize') === 6);
  await scaler.mode('off');
  assert.equal(platform.replicas('resize'), 6);
  const { restored } = await scaler.mode('off', { restore: true });
  assert.deepEqual(restored, [
    { role: 'resize', from: 6, to: 1 },
    { role: 'store', from: 1, to: 1 },
  ]);
  assert.equal(platform.replicas('resize'), 1);
});

test('decisions and events are streamed as they are made', async (t) => {
  const { scaler, queues } = await openLab(t);
  const stopping = new AbortController();
  t.after(() => stopping.abort());
  async function* lines(path: string): AsyncGenerator<Record<string, unknown>> {
    const response = await fetch(scaler.url + path, { signal: stopping.signal });
    let rest = '';
    for await (const part of response.body!.pipeThrough(new TextDecoderStream())) {
      const all = (rest + part).split('\n');
      rest = all.pop()!;
      for (const line of all.filter((one) => one !== '')) yield JSON.parse(line);
    }
  }
  const decisions = lines('/decisions/stream?role=resize');
  const events = lines('/events?last=0');
  const first = Promise.all([decisions.next(), events.next()]);
  await scaler.mode('act');
  const [decision, event] = await first;
  assert.equal(decision.value?.role, 'resize');
  assert.deepEqual([event.value?.eventType, event.value?.mode], ['GuvMode', 'act']);
  await queues.publish('resize.IN', OVERLOAD);
  for await (const { eventType, role, previousWorkers, reason } of events) {
    if (eventType !== 'GuvScaled') continue;
    assert.deepEqual({ role, previousWorkers }, { role: 'resize', previousWorkers: 1 });
    assert.match(String(reason), /^resize 1 → \d: /);
    break;
  }
});

test('looking is open, changing wants the token, and what is wrong is said in words', async (t) => {
  const { scaler } = await openLab(t);
  const cases: [string, string, unknown, Record<string, string> | undefined, number, RegExp][] = [
    ['GET', '/status', undefined, {}, 200, /./],
    ['PUT', '/mode', { mode: 'act' }, {}, 401, /Bearer <LAB_TOKEN>/],
    ['PUT', '/mode', { mode: 'act' }, { authorization: 'Bearer wrong' }, 401, /Bearer <LAB_TOKEN>/],
    ['GET', '/status', undefined, { origin: 'https://example.org' }, 403, /origin/],
    ['GET', '/nothing', undefined, undefined, 404, /there is GET \/status/],
    ['GET', '/mode', undefined, undefined, 405, /there is PUT \/mode/],
    ['PUT', '/mode', { mode: 'on' }, undefined, 422, /mode.*off/],
    ['PUT', '/mode', { mode: 'act', restore: true }, undefined, 422, /restore goes with mode off/],
    ['PUT', '/mode', 'mode: act', undefined, 400, /JSON/],
    ['PUT', '/mode', { mode: 'act', more: 'x'.repeat(70_000) }, undefined, 413, /65536/],
    ['PUT', '/roles/resise/steering', { fixed: 1 }, undefined, 404, /no role "resise": there are resize, store/],
    ['PUT', '/roles/resize/steering', { fixed: -1 }, undefined, 422, /fixed/],
    ['PUT', '/roles/resize/steering', { fixed: 1.5 }, undefined, 422, /fixed/],
    ['PUT', '/roles/resize/steering', {}, undefined, 422, /say what to set/],
    ['PUT', '/roles/resize/replicas', { replicas: 1e9 }, undefined, 422, /replicas/],
    ['PUT', '/roles/%E0%A4%A/replicas', { replicas: 1 }, undefined, 400, /name of a role/],
    ['GET', '/decisions?role=resise', undefined, undefined, 404, /no role/],
    ['GET', '/decisions?limit=many', undefined, undefined, 422, /limit must be a whole number/],
  ];
  for (const [method, path, body, headers, status, text] of cases) {
    const answer = await scaler.ask(method, path, body, headers);
    const said = JSON.stringify(answer.body);
    assert.equal(answer.status, status, `${method} ${path} ${JSON.stringify(body)?.slice(0, 80)}: ${said}`);
    assert.match(String(status === 200 ? said : answer.body.detail), text);
  }
  assert.equal((await scaler.status()).mode, 'off');
  assert.ok(!scaler.output().includes('test-token'));
});

test('Prometheus sees what was decided from, what was decided, and its cost', async (t) => {
  const { scaler, queues } = await openLab(t, { env: { SCALER_MODE: 'advise' } });
  await queues.publish('resize.IN', OVERLOAD);
  await scaler.until('more are wanted', 'resize', is({ to: 6 }));
  const { body } = await scaler.ask<string>('GET', '/metrics');
  const value = (name: string, labels: string): number | undefined => {
    const line = body.split('\n').find((one) => one.startsWith(`queuelab_scaler_${name}{`) && one.includes(labels));
    return line === undefined ? undefined : Number(line.split(' ').at(-1));
  };
  assert.equal(value('jobs_waiting', 'role="resize"'), OVERLOAD);
  assert.equal(value('replicas_wanted', 'role="resize"'), 6);
  assert.equal(value('mode', 'mode="advise"'), 1);
  assert.equal(value('source_up', 'source="broker"'), 1);
  assert.ok(value('decisions_total', 'role="resize"')! > 0);
  assert.equal((await scaler.ask('GET', '/healthz')).status, 200);
});

test('--once decides once for each role, and acts in mode act only', async (t) => {
  const { scaler, queues, platform } = await openLab(t, { start: false });
  await queues.publish('resize.IN', OVERLOAD);
  const advised = await eventually('the statistics have come', async () => {
    const run = await scaler.once();
    return run.out.includes('200 waiting') ? run : undefined;
  });
  assert.equal(advised.code, 0);
  const decisions = advised.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Decision);
  assert.deepEqual(
    decisions.map(({ role, to }) => [role, to]),
    [
      ['resize', 6],
      ['store', 1],
    ],
  );
  assert.deepEqual(platform.asked, []);
  assert.equal((await scaler.once({ SCALER_MODE: 'act' })).code, 0);
  assert.equal(platform.replicas('resize'), 6);
  await queues.remove('store.IN');
  assert.equal((await scaler.once()).code, 1);
  await scaler.write('resize: { mni: 3 }');
  const refused = await scaler.once();
  assert.deepEqual([refused.code, refused.out], [2, '']);
  assert.match(refused.err, /^guv\.yaml:1: .*mni/);
});
