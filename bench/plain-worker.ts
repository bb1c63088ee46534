// The smallest worker that amqplib allows, to compare our workers' start with: takes a message, answers when it began.
import { connect } from 'amqplib';

const [url = '', queue = '', answerTo = ''] = process.argv.slice(2);
const connection = await connect(url, { noDelay: true });
const channel = await connection.createChannel();
await channel.consume(queue, (message) => {
  if (message === null) return;
  const startedAt = Date.now();
  channel.sendToQueue(answerTo, Buffer.from(JSON.stringify([{ startedAt }])));
  channel.ack(message);
});
process.once('SIGTERM', () => void connection.close());
