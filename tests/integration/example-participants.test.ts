// The participants of examples/participant, in Python and in JavaScript, beside a real coordinator: announced, wired in by hand, killed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { type Broker, openBroker, type Scope } from '../helpers/broker.ts';
import { type CoordinatorUnderTest, startCoordinator } from '../helpers/coordinator.ts';
import { eventually } from '../helpers/eventually.ts';
import { type Foreign, openForeign } from '../helpers/foreign.ts';
import { type Program, startProgram } from '../helpers/processes.ts';
import { undoStack } from '../helpers/undo.ts';
import { openWire } from '../helpers/wire.ts';

/** As the tally needs them of the lab: somebody who sends, and somebody who takes all of it, as before. */
const GRAPH = 'source(SOURCE) OUT -> IN sink(SINK)\n';
const OLD_WAY = 'source OUT -> IN sink';
const TO_TALLY = 'source OUT -> IN tally';
const FROM_TALLY = 'tally OUT -> IN reader';
/** What is promised of a participant that is killed, milliseconds. */
const NOTICED_MS = 2_000;
/** Announcements, in seconds: one every 2.2th part of it. */
const OFTEN = { MSGFLO_DISCOVERY_PERIOD: '1' };

/** What the tally says of an item, on OUT. */
interface Tally {
  item: string;
  job: string;
  by: string;
  items: number;
  words: number;
  orientations: Record<string, number>;
}

/** A Python that has pika: that of the distribution may not be the first on the PATH. */
const python = ['python3', '/usr/bin/python3'].find((one) => spawnSync(one, ['-c', 'import pika']).status === 0);

const examples: { language: string; command: string[] | undefined; missing: string }[] = [
  { language: 'Python', command: python && [python, 'examples/participant/tally.py'], missing: 'needs python3-pika' },
  { language: 'JavaScript', command: [process.execPath, 'examples/participant/tally.js'], missing: '' },
].map((one) => ({ ...one, command: one.command || undefined }));

/** A finished caption of three words; of four, the third is square. */
const captioned = (n: number) => ({
  item: `job.${n}`,
  job: 'job',
  index: n,
  caption: { text: 'a  small picture\n', orientation: n % 4 === 2 ? 'square' : 'landscape' },
});

const upTo = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const itemsTo = (count: number): string[] => upTo(count).map((n) => `job.${n}`);

/** The items that somebody has taken, by number. */
const itemsOf = ({ taken }: Foreign): string[] =>
  taken
    .map(({ data }) => (data as Tally).item)
    .sort((one, other) => Number(one.split('.')[1]) - Number(other.split('.')[1]));

const talliesOf = ({ taken }: Foreign): Tally[] => taken.map(({ data }) => data as Tally);

interface Stage {
  broker: Broker;
  coordinator: CoordinatorUnderTest;
  source: Foreign;
  sink: Foreign;
  /** What is wired behind the tally, where a test does that. */
  reader: Foreign;
  start(options?: { url?: string; env?: NodeJS.ProcessEnv }): Program;
  /** Resolves when so many copies are announced, and seen on the broker. */
  up(copies?: number): Promise<void>;
  sendAll(from: number, to: number): Promise<void>;
}

async function openStage(t: Scope, command: readonly string[]): Promise<Stage> {
  const broker = await openBroker(t);
  const coordinator = await startCoordinator(t, broker, { graph: GRAPH });
  const source = await openForeign(t, broker.url, { role: 'source', outports: ['out'] });
  const sink = await openForeign(t, broker.url, { role: 'sink', inports: ['in'] });
  const reader = await openForeign(t, broker.url, { role: 'reader', inports: ['in'] });
  await coordinator.bound(OLD_WAY);
  return {
    broker,
    coordinator,
    source,
    sink,
    reader,
    start: ({ url = broker.url, env = {} } = {}) => startProgram(t, [...command, url], { env }),
    async up(copies = 1) {
      await eventually(`${copies} of the tally are up`, async () => {
        const those = (await coordinator.participants()).filter(({ role }) => role === 'tally');
        return those.filter(({ state, announced, seenAt }) => state === 'up' && announced && seenAt).length === copies;
      });
    },
    async sendAll(from, to) {
      await Promise.all(
        upTo(to)
          .slice(from)
          .map((n) => source.send('out', captioned(n))),
      );
    },
  };
}

/** Waits until all those items have come out of the tally, however often. */
const counted = (reader: Foreign, count: number) =>
  eventually(`${count} items are counted`, () => new Set(itemsOf(reader)).size === count, { withinMs: 30_000 });

/** How many wait in a queue, and how many consume from it. */
const look = ({ source }: Stage, queue: string) => source.channel.checkQueue(queue);

for (const { language, command, missing } of examples) {
  const promise = (name: string, run: (stage: Stage, t: Scope) => Promise<void>): void => {
    test(`${language}: ${name}`, async (context: TestContext) => {
      if (command === undefined) return context.skip(missing);
      const t = undoStack(context);
      return run(await openStage(t, command), t);
    });
  };

  promise(
    'the tally shows up with its component and its ports, unasked, and says again that it is there',
    async ({ coordinator, start, up }) => {
      const program = start({ env: OFTEN });
      await up();
      const find = async () => (await coordinator.participants()).find(({ role }) => role === 'tally')!;
      const { id, component, label, inports, outports, heardAt } = await find();
      assert.match(id, /^tally-[0-9a-f-]{36}$/);
      assert.ok(program.output().includes(`${id} takes from tally.IN`), program.output());
      assert.deepEqual([component, label], ['Tally', 'Counts words and orientations']);
      const named = (ports: typeof inports) => ports.map((port) => [port.id, port.queue, port.type]);
      assert.deepEqual(named(inports), [['in', 'tally.IN', 'object']]);
      assert.deepEqual(named(outports), [['out', 'tally.OUT', 'object']]);
      await eventually('it has announced itself again', async () => (await find()).heardAt! > heardAt!);
    },
  );

  promise('wired in by hand it gets a copy of every message, once, while the old way goes on', async (stage) => {
    const { coordinator, sink, reader, start, up, sendAll } = stage;
    const program = start();
    await up();
    await sendAll(0, 20);
    await coordinator.change({ connect: [TO_TALLY, FROM_TALLY] });
    await sendAll(20, 220);
    await counted(reader, 200);
    await coordinator.change({ disconnect: [TO_TALLY] });
    await sendAll(220, 240);
    await eventually('the old way went on', () => sink.taken.length >= 240);
    assert.equal(await program.end('SIGTERM'), 0, program.output());

    assert.deepEqual(itemsOf(sink), itemsTo(240));
    assert.deepEqual(itemsOf(reader), itemsTo(220).slice(20), 'from the edge on, and none after it');
    const { job, items, words, orientations } = talliesOf(reader).at(-1)!;
    assert.deepEqual(
      { job, items, words, orientations },
      { job: 'job', items: 200, words: 600, orientations: { landscape: 150, square: 50 } },
    );
    assert.match(program.output(), /^item 200: 600 words by now, \{.*"square": ?50.*\}$/m);
    assert.equal((await look(stage, 'tally.IN')).messageCount, 0, 'all are acked');
  });

  promise('where OUT leads nowhere it goes on all the same', async (stage) => {
    const { coordinator, start, up, sendAll } = stage;
    const program = start();
    await up();
    await coordinator.change({ connect: [TO_TALLY] });
    await sendAll(0, 50);
    await eventually('all are counted', () => /^item 50: /m.test(program.output()));
    assert.equal(await program.end('SIGTERM'), 0, program.output());
    assert.equal((await look(stage, 'tally.IN')).messageCount, 0, 'all are acked');
  });

  promise('two copies share the messages, each of which goes to one of them', async (stage) => {
    const { coordinator, reader, start, up, sendAll } = stage;
    start();
    start();
    await up(2);
    await coordinator.change({ connect: [TO_TALLY, FROM_TALLY] });
    await sendAll(0, 200);
    await counted(reader, 200);
    assert.deepEqual(itemsOf(reader), itemsTo(200));
    assert.equal(new Set(talliesOf(reader).map(({ by }) => by)).size, 2, 'both had a part');
  });

  promise('what it cannot read goes to the dead letters, and an item without a caption is counted', async (stage) => {
    const { coordinator, source, reader, start, up } = stage;
    start();
    await up();
    await coordinator.change({ connect: [TO_TALLY, FROM_TALLY] });
    const bad = ['no JSON', '[1]', 'null', '"text"', '\u00ff', '', '{"item":"job.1"'];
    for (const body of bad) source.channel.sendToQueue('tally.IN', Buffer.from(body));
    const odd = [{}, { caption: null }, { caption: 'text' }, { caption: { text: 7, orientation: 'upside down' } }];
    for (const one of odd) source.channel.sendToQueue('tally.IN', Buffer.from(JSON.stringify(one)));
    await eventually('the others are counted', () => reader.taken.length === odd.length);
    const { items, orientations } = talliesOf(reader).at(-1)!;
    assert.deepEqual({ items, orientations }, { items: odd.length, orientations: { other: odd.length } });
    const dead = [];
    for (const _ of bad) {
      const letter = await eventually('a dead letter', () => source.channel.get('dead-tally.IN', { noAck: true }));
      dead.push(letter.content.toString());
    }
    assert.deepEqual(dead.sort(), [...bad].sort());
  });

  promise(
    'asked to end at its work, by SIGTERM or Ctrl-C, it ends with 0: nothing is lost, and nothing done twice',
    async (stage) => {
      const { coordinator, reader, start, up, sendAll } = stage;
      const first = start();
      await up();
      await coordinator.change({ connect: [TO_TALLY, FROM_TALLY] });
      await sendAll(0, 400);
      await eventually('it is at work', () => reader.taken.length > 0);
      assert.equal(await first.end('SIGTERM'), 0, first.output());
      const second = start();
      await sendAll(400, 800); // the first may have done all that there was
      await eventually('the next is at work', () => new Set(talliesOf(reader).map(({ by }) => by)).size === 2);
      assert.equal(await second.end('SIGINT'), 0, second.output());
      start();
      await counted(reader, 800);
      assert.deepEqual(itemsOf(reader), itemsTo(800));
    },
  );

  promise('killed, it is shown as gone within 2 s, and another copy does what it had in hand', async (stage) => {
    const { coordinator, reader, start, up, sendAll } = stage;
    const program = start();
    await up();
    await coordinator.change({ connect: [TO_TALLY, FROM_TALLY] });
    await sendAll(0, 400);
    await eventually('it is at work', () => reader.taken.length > 0);
    await program.end('SIGKILL');
    await eventually(
      'it is shown as gone',
      async () => (await coordinator.participants()).some(({ role, state }) => role === 'tally' && state === 'gone'),
      { withinMs: NOTICED_MS },
    );
    start();
    await counted(reader, 400);
  });

  promise('where the broker goes away, or the queue, it says so in one line and ends with 1', async (stage, t) => {
    const { broker, source, start, up } = stage;
    const ends = async (program: Program, said: RegExp): Promise<void> => {
      const [code] = program.child.exitCode === null ? await once(program.child, 'close') : [program.child.exitCode];
      assert.equal(code, 1, program.output());
      const lines = program
        .output()
        .trim()
        .split('\n')
        .filter((line) => !line.endsWith(' takes from tally.IN'));
      assert.equal(lines.length, 1, program.output());
      assert.match(lines[0]!, said);
      assert.doesNotMatch(lines[0]!, /lab:lab/, 'no password');
    };
    const wire = await openWire(t, broker.url);
    const cut = start({ url: wire.url });
    await up();
    wire.cut();
    await ends(cut, /^tally\.(py|js): /);

    await ends(start({ url: 'amqp://lab:lab@127.0.0.1:1' }), /^tally\.(py|js): .*/);

    const deprived = start();
    await eventually('it consumes', async () => (await look(stage, 'tally.IN')).consumerCount === 1);
    await source.channel.deleteQueue('tally.IN');
    await ends(deprived, /^tally\.(py|js): the queue tally\.IN was deleted$/);
  });
}
