// A participant that announces itself, in JavaScript with amqplib alone: counts what passes, sends the tally on OUT.
//
//   node tally.js amqp://lab:lab@localhost:5672 [role]
//
// All that a program owes the lab stands in this file: declare, announce, consume, publish, acknowledge, end in order.
// It does not reconnect: where the broker goes away it ends with one line and exit code 1, and is to be started again.
import { randomUUID } from 'node:crypto';
import { connect } from 'amqplib';

const [url = process.env.AMQP_URL ?? 'amqp://lab:lab@localhost:5672', role = 'tally'] = process.argv.slice(2);
const me = `${role}-${randomUUID()}`;
const inQueue = `${role}.IN`;
const outExchange = `${role}.OUT`;
/** Milliseconds. The coordinator calls silent whom it has neither heard nor seen for more than two of these. */
const ANNOUNCE_EVERY_MS = ((Number(process.env.MSGFLO_DISCOVERY_PERIOD) || 60) * 1_000) / 2.2;
/** A fixed list: words out of messages would let the tally grow without end. */
const ORIENTATIONS = ['landscape', 'portrait', 'square'];
const tally = { items: 0, words: 0, orientations: {} };

/** Ends the program. What was not acked goes back to the queue. */
function fail(error) {
  console.error(`tally.js: ${error.message || error.code}`);
  process.exit(1);
}
process.once('uncaughtException', fail); // a refused connection, and errors of connection and channel

/** Adds a message to the tally. Without a caption it counts as an item of no words and another orientation. */
function count({ caption }) {
  const orientation = ORIENTATIONS.includes(caption?.orientation) ? caption.orientation : 'other';
  tally.items += 1;
  tally.words += (String(caption?.text ?? '').match(/\S+/g) ?? []).length;
  tally.orientations[orientation] = (tally.orientations[orientation] ?? 0) + 1;
}

// Named as its announcement: so the coordinator knows whose connection it is, and sees within 2 s that it is gone.
const connection = await connect(url, { noDelay: true, clientProperties: { connection_name: me } });
connection.on('close', (error) => error && fail(error)); // the broker shuts down in order: no error event
const channel = await connection.createConfirmChannel();

// An in-port is a queue, and an exchange of its name that leads to it; an out-port is an exchange. No other arguments
// than these: the broker refuses whoever declares the same queue in another way.
await channel.assertQueue(inQueue, { durable: true, deadLetterExchange: `dead-${inQueue}` });
await channel.assertExchange(inQueue, 'fanout', { durable: true });
await channel.bindQueue(inQueue, inQueue, '');
await channel.assertExchange(outExchange, 'fanout', { durable: true });
await channel.prefetch(10); // at most so many in hand, not yet acked: the others are for other copies

function onMessage(delivery) {
  if (delivery === null) return fail(new Error(`the queue ${inQueue} was deleted`));
  let message;
  try {
    message = JSON.parse(delivery.content.toString());
    if (Object.prototype.toString.call(message) !== '[object Object]') throw new Error('expected a JSON object');
  } catch (error) {
    console.error(`to the dead letters: ${error}`);
    return channel.reject(delivery, false); // requeued, it would come back at once, for ever
  }
  count(message);
  console.log(`item ${tally.items}: ${tally.words} words by now, ${JSON.stringify(tally.orientations)}`);
  // Which item it was goes along: ids stand in the data. Not mandatory: OUT may lead nowhere, and that is fine here.
  const answer = Buffer.from(JSON.stringify({ item: message.item, job: message.job, by: me, ...tally }));
  channel.publish(outExchange, '', answer, { contentType: 'application/json', persistent: true }, (error) => {
    if (error) return fail(error);
    channel.ack(delivery); // last: acked before, it is lost with a program that dies in between
  });
}

// Declared by whoever comes first: what is sent to a queue that is not there is dropped without a word.
await channel.assertQueue('fbp', { durable: true });
const inports = [{ id: 'in', type: 'object', queue: inQueue, description: 'items, best with a caption' }];
const outports = [{ id: 'out', type: 'object', queue: outExchange, description: 'the tally after each item' }];
const who = { id: me, role, component: 'Tally', label: 'Counts words and orientations', icon: 'calculator' };
const announcement = { protocol: 'discovery', command: 'participant', payload: { ...who, inports, outports } };
const announce = () => channel.sendToQueue('fbp', Buffer.from(JSON.stringify(announcement)));
announce();
const announcing = setInterval(announce, ANNOUNCE_EVERY_MS);
console.log(`${me} takes from ${inQueue}`);

/** Takes no more, finishes what is in hand. The same signal once more ends it at once. */
async function stop() {
  clearInterval(announcing);
  await channel.cancel(me);
  await channel.waitForConfirms();
  await channel.close();
  await connection.close();
}
process.once('SIGTERM', stop); // before anything is in hand: until here a signal just ends the program
process.once('SIGINT', stop);
await channel.consume(inQueue, onMessage, { consumerTag: me });
