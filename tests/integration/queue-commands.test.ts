// The commands that look into queues and put messages into them, run as a person runs them, on a real broker.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connect } from 'amqplib';
import { declareDeadLetters, declareExchange, declareQueue } from '../../services/shared/messaging/declarations.ts';
import { openBroker, type Scope } from '../helpers/broker.ts';
import { eventually } from '../helpers/eventually.ts';
import { undoStack } from '../helpers/undo.ts';

const LAB = fileURLToPath(new URL('../../scripts/lab.ts', import.meta.url));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Queues `x.IN` and `dead-x.IN`, an exchange `x.OUT`, and `./lab` on their broker. */
async function openAll(t: Scope) {
  const { url, managementUrl } = await openBroker(t);
  const plain = await connect(url);
  t.after(() => plain.close());
  const channel = await plain.createConfirmChannel();
  await declareQueue(channel, 'x.IN');
  await declareDeadLetters(channel, 'x.IN');
  await declareExchange(channel, 'x.OUT');

  function start(...args: string[]): { child: ChildProcess; ended: Promise<Ended> } {
    const child = spawn(process.execPath, [LAB, ...args, '--url', url, '--management', managementUrl], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.after(async () => void child.kill('SIGKILL'));
    const text = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      text.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      text.err += chunk;
    });
    return { child, ended: once(child, 'close').then(([code]) => ({ code, ...text })) };
  }
  const lab = (...args: string[]): Promise<Ended> => start(...args).ended;
  const count = async (queue: string): Promise<number> => (await channel.checkQueue(queue)).messageCount;
  const bury = async (item: string, headers = {}): Promise<void> => {
    const dead = { 'x-dead-code': 'cannot-send', 'x-dead-reason': 'it was odd', 'x-dead-from': 'x.IN' };
    channel.sendToQueue('dead-x.IN', Buffer.from('{}'), {
      persistent: true,
      headers: { 'x-item': item, ...dead, ...headers },
    });
    await channel.waitForConfirms();
  };
  return { channel, lab, start, count, bury };
}

test('what is injected into an in-port can be peeked at, each with its number and an id of its own', async (context) => {
  const { lab, count } = await openAll(undoStack(context));
  const injected = await lab('inject', 'x.IN', '{"name": "try {n}", "n": 7}', '--n', '3');
  assert.equal(injected.code, 0, injected.err);
  assert.match(injected.out, /^3 messages sent to the queue x\.IN in /);
  const peeked = JSON.parse((await lab('peek', 'x.IN', '--json')).out) as { data: unknown; item: string }[];
  assert.deepEqual(
    peeked.map(({ data }) => data),
    [1, 2, 3].map((n) => ({ name: `try ${n}`, n: 7 })),
  );
  assert.equal(new Set(peeked.map(({ item }) => item)).size, 3);
  assert.equal(await count('x.IN'), 3);
});

test('what is injected into an out-port goes where its edges lead, and where none lead that is said', async (context) => {
  const { channel, lab, count } = await openAll(undoStack(context));
  const nowhere = await lab('inject', 'x.OUT', '1', '--n', '5');
  assert.deepEqual([nowhere.code, nowhere.out], [1, '']);
  assert.match(nowhere.err, /nobody gets what is sent to x\.OUT: no edge leads on/);
  await channel.bindQueue('x.IN', 'x.OUT', '');
  assert.equal((await lab('inject', 'x.OUT', '1')).code, 0);
  assert.equal(await count('x.IN'), 1);
});

test('what cannot be injected or peeked at is said in one line, with exit code 2', async (context) => {
  const { lab } = await openAll(undoStack(context));
  for (const [args, why] of [
    [['inject', 'nobody.IN', '1'], /neither a queue nor an exchange nobody\.IN/],
    [['inject', 'x.IN', '{bad'], /must be JSON/],
    [['inject', 'x.IN', '1', '--rate', '0'], /--rate must be a whole number/],
    [['peek', 'nobody.IN'], /no queue nobody\.IN/],
    [['dead', 'show', 'nobody.IN'], /no queue dead-nobody\.IN/],
    [['dead', 'bury'], /expected list, show, replay, purge/],
    [['dead', 'list', '--n', '3'], /--n is not for dead list/],
    [['dead', 'purge', 'x.IN'], /say --yes/],
  ] as const) {
    const { code, out, err } = await lab(...args);
    assert.deepEqual([code, out], [2, ''], args.join(' '));
    assert.match(err, why);
    assert.equal(err.trim().split('\n').length, 1);
  }
});

test('an injection that is interrupted ends in order, and says how many were sent', async (context) => {
  const { start, count } = await openAll(undoStack(context));
  const { child, ended } = start('inject', 'x.IN', '1', '--n', '1000', '--rate', '20');
  await eventually('some are there', async () => (await count('x.IN')) >= 3);
  child.kill('SIGINT');
  const { code, out } = await ended;
  assert.equal(code, 0);
  const [, sent] = /^(\d+) of 1000 messages sent/.exec(out) ?? [];
  assert.equal(Number(sent), await count('x.IN'));
});

test('dead letters are listed, shown with their reasons, replayed by item, and purged', async (context) => {
  const { lab, count, bury } = await openAll(undoStack(context));
  for (const item of ['job.1', 'job.2', 'job.3']) await bury(item);
  assert.match((await lab('dead', 'list')).out, /dead-x\.IN +3 +x\.IN/);
  assert.match((await lab('dead', 'show', 'x.IN', '--item', 'job.2')).out, /job\.2 +cannot-send.*\n +it was odd/);
  const replayed = await lab('dead', 'replay', 'x.IN', '--item', 'job.2');
  assert.deepEqual([replayed.code, replayed.out], [0, '1 dead letter of dead-x.IN replayed\n']);
  assert.deepEqual([await count('x.IN'), await count('dead-x.IN')], [1, 2]);
  const purged = await lab('dead', 'purge', 'x.IN', '--yes', '--json');
  assert.deepEqual(JSON.parse(purged.out), { queue: 'dead-x.IN', purged: 2 });
  assert.equal(await count('dead-x.IN'), 0);
});

test('a replay of all says what stayed, with exit code 1', async (context) => {
  const { lab, count, bury } = await openAll(undoStack(context));
  await bury('job.1');
  await bury('job.2', { 'x-dead-from': 'gone.IN' });
  const { code, out } = await lab('dead', 'replay', 'all');
  assert.equal(code, 1);
  assert.match(
    out,
    /^1 dead letter of dead-x\.IN replayed\n1 dead letter stayed in dead-x\.IN: there is no queue gone\.IN/,
  );
  assert.deepEqual([await count('x.IN'), await count('dead-x.IN')], [1, 1]);
});
