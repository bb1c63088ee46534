// The same safe loop by hand on amqplib's public interface, as fast as we could write it: two channels, persistent and mandatory
// messages, a confirm for each before its input is acked, and acks for all up to the last one that is done. With `headers` as second
// argument its messages also carry what ours do: when they were sent, the step so far, the trace.
import { randomUUID } from 'node:crypto';
import { type ConsumeMessage, connect } from 'amqplib';
import { brokerUrl, handle, IN, type Numbered, OUT, PREFETCH } from './flow.ts';

const withHeaders = process.argv[3] === 'headers';

function headers(): Record<string, unknown> | undefined {
  if (!withHeaders) return undefined;
  const now = Date.now();
  const traceparent = `00-${randomUUID().replaceAll('-', '')}-${randomUUID().slice(19).replace('-', '')}-01`;
  return { 'x-sent-at': now, 'x-steps': JSON.stringify([['worker', 'worker-1', now, 0, 1, 0]]), traceparent };
}

const connection = await connect(brokerUrl(), { noDelay: true });
const publishing = await connection.createConfirmChannel();
const consuming = await connection.createChannel();
publishing.on('return', () => {
  throw new Error('a message was returned');
});

/** In the order of delivery. A confirm may overtake another; an ack goes up to the last one without a gap before it. */
let waiting: { message: ConsumeMessage; confirmed: boolean }[] = [];
let scheduled = false;

function ackConfirmed(): void {
  scheduled = false;
  const gap = waiting.findIndex(({ confirmed }) => !confirmed);
  const done = gap === -1 ? waiting.length : gap;
  if (done === 0) return;
  consuming.ack(waiting[done - 1]!.message, true);
  waiting = waiting.slice(done);
}

await consuming.prefetch(PREFETCH);
const { consumerTag } = await consuming.consume(IN, (message) => {
  if (message === null) throw new Error('the queue is gone');
  const entry = { message, confirmed: false };
  waiting.push(entry);
  const data = handle(JSON.parse(message.content.toString()) as Numbered);
  const options = { persistent: true, mandatory: true, contentType: 'application/json', headers: headers() };
  publishing.publish(OUT, '', Buffer.from(JSON.stringify(data)), options, (error) => {
    if (error) throw error;
    entry.confirmed = true;
    if (!scheduled) setImmediate(ackConfirmed);
    scheduled = true;
  });
});
process.once('SIGTERM', async () => {
  await consuming.cancel(consumerTag);
  await publishing.waitForConfirms();
  ackConfirmed();
  await consuming.close();
  await connection.close();
  process.exit(0);
});
