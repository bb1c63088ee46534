// Dead letters that are mended while they are replayed: fields of their data get another value.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { connect } from 'amqplib';
import { declareDeadLetters, declareQueue } from '../../services/shared/messaging/declarations.ts';
import { openBroker } from '../helpers/broker.ts';
import { startProgram } from '../helpers/processes.ts';
import { undoStack } from '../helpers/undo.ts';

const LAB = fileURLToPath(new URL('../../scripts/lab.ts', import.meta.url));

test('replay --set gives a field another value; what is no JSON object stays where it is', async (context) => {
  const t = undoStack(context);
  const broker = await openBroker(t);
  const connection = await connect(broker.url);
  t.after(() => connection.close());
  const channel = await connection.createConfirmChannel();
  await declareQueue(channel, 'x.IN');
  await declareDeadLetters(channel, 'x.IN');
  const dead = { 'x-dead-code': 'killed', 'x-dead-reason': 'it was poison', 'x-dead-from': 'x.IN' };
  for (const [item, content] of Object.entries({
    'job.0': JSON.stringify({ source: 'sample:poison', width: 320 }),
    'job.1': 'no JSON',
  })) {
    channel.sendToQueue('dead-x.IN', Buffer.from(content), { headers: { 'x-item': item, ...dead }, persistent: true });
  }
  await channel.waitForConfirms();
  const lab = async (...args: string[]) => {
    const where = ['--url', broker.url, '--management', broker.managementUrl];
    const program = startProgram(t, [process.execPath, LAB, 'dead', ...args, ...where], { env: { NO_COLOR: '1' } });
    const code = await new Promise((resolve) => program.child.once('close', resolve));
    return { code, text: program.output() };
  };
  const { code, text } = await lab('replay', 'x.IN', '--set', 'source=sample:harbour');
  assert.equal(code, 1, text);
  assert.match(
    text,
    /1 dead letter of dead-x\.IN replayed\n1 dead letter stayed in dead-x\.IN: its data is no JSON object/,
  );
  const message = await channel.get('x.IN', { noAck: true });
  assert.ok(message);
  assert.deepEqual(JSON.parse(String(message.content)), { source: 'sample:harbour', width: 320 });
  assert.equal((await channel.checkQueue('dead-x.IN')).messageCount, 1);
  const bad = await lab('replay', 'x.IN', '--set', 'source');
  assert.deepEqual([bad.code, /--set must be field=value/.test(bad.text)], [2, true], bad.text);
});
