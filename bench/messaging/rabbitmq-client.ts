// The npm package rabbitmq-client with the same safety: confirms, persistence, mandatory, ack after the confirm.
import { Connection } from 'rabbitmq-client';
import { brokerUrl, handle, IN, type Numbered, OUT, PREFETCH } from './flow.ts';

const connection = new Connection({ url: brokerUrl(), noDelay: true });
const publisher = connection.createPublisher({ confirm: true });
publisher.on('basic.return', () => {
  throw new Error('a message was returned');
});
const consumer = connection.createConsumer(
  { queue: IN, qos: { prefetchCount: PREFETCH }, queueOptions: { queue: IN, passive: true } },
  async ({ body }) => {
    // It parses a body whose type says JSON, and writes one for an object.
    await publisher.send({ exchange: OUT, durable: true, mandatory: true }, handle(body as Numbered));
  },
);
connection.on('error', (error) => {
  throw error;
});
process.once('SIGTERM', async () => {
  await consumer.close();
  await publisher.close();
  await connection.close();
  process.exit(0);
});
