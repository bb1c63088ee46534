// The role `caption` in JavaScript with amqplib alone: takes a message, answers with a message, and loses none.
//
//   node caption.js amqp://lab:lab@localhost:5672 [role]
//
// A message is acked only after the broker has confirmed the answer. Declarations are those of MsgFlo's wire contract, so
// whoever comes first makes the queue, and it may be shared with participants in other languages.
import { connect } from 'amqplib';

const [url = process.env.AMQP_URL ?? 'amqp://lab:lab@localhost:5672', role = 'caption'] = process.argv.slice(2);
const inQueue = `${role}.IN`;
const outExchange = `${role}.OUT`;
/** What the lab carries beside the data: kept, so that the item's times and trace go on. A program may leave them out. */
const CARRIED = ['x-item', 'x-job', 'x-steps', 'traceparent'];

/** The data of caption OUT: what came in, with a caption. */
function caption(message) {
  const { width, height } = message.image;
  const orientation = width === height ? 'square' : width > height ? 'landscape' : 'portrait';
  const text = `A picture of ${width} x ${height} pixels, described by JavaScript`;
  return { ...message, caption: { text, colours: [], brightness: 0.5, orientation } };
}

const connection = await connect(url, { noDelay: true });
const channel = await connection.createConfirmChannel();
// No other argument than this one: the broker refuses whoever declares the same queue in another way.
await channel.assertQueue(inQueue, { durable: true, deadLetterExchange: `dead-${inQueue}` });
await channel.assertExchange(inQueue, 'fanout', { durable: true });
await channel.bindQueue(inQueue, inQueue, '');
await channel.assertExchange(outExchange, 'fanout', { durable: true });
await channel.prefetch(10);

// The broker sends a message back, before it confirms it, where no queue is bound to take it.
const returned = new Set();
channel.on('return', ({ properties }) => returned.add(properties.messageId));

function onMessage(message) {
  if (message === null) throw new Error(`the queue ${inQueue} was deleted`);
  let answer;
  try {
    answer = caption(JSON.parse(message.content.toString()));
  } catch (error) {
    console.error(`to the dead letters: ${error}`);
    channel.reject(message, false);
    return;
  }
  const given = message.properties.headers ?? {};
  const headers = Object.fromEntries(CARRIED.filter((name) => name in given).map((name) => [name, given[name]]));
  const messageId = String(message.fields.deliveryTag);
  const properties = { contentType: 'application/json', persistent: true, mandatory: true, messageId, headers };
  channel.publish(outExchange, '', Buffer.from(JSON.stringify(answer)), properties, (error) => {
    if (error || returned.delete(messageId))
      throw new Error(`nobody takes what goes to ${outExchange}`, { cause: error });
    channel.ack(message);
  });
}

const consumerTag = `${role}-${process.pid}`;

/** Takes no more, finishes what is in hand. */
async function stop() {
  await channel.cancel(consumerTag);
  await channel.waitForConfirms();
  await channel.close();
  await connection.close();
}
process.once('SIGTERM', stop); // before anything is in hand: until here a signal just ends the program
process.once('SIGINT', stop);

await channel.consume(inQueue, onMessage, { consumerTag });
console.log(`consuming ${inQueue}`);
