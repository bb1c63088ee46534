// What the front end is compared with: the least that an Express handler can do to hand over an image safely. It parses the request,
// publishes one message, waits for the broker's confirm, and answers 202. It checks nothing, stores nothing, and knows no keys.
import { connect } from 'amqplib';
import express from 'express';

const [url = '', exchange = '', port = ''] = process.argv.slice(2);
const connection = await connect(url, { noDelay: true });
const channel = await connection.createConfirmChannel();
const app = express();
app.use(express.json({ limit: 1024 * 1024 }));
app.post('/jobs', (request, response, next) => {
  const id = crypto.randomUUID();
  const { images } = request.body as { images: object[] };
  const body = Buffer.from(JSON.stringify({ item: id, ...images[0] }));
  channel.publish(exchange, '', body, { persistent: true, contentType: 'application/json' }, (error) => {
    if (error) next(error);
    else response.status(202).json({ id });
  });
});
const server = app.listen(Number(port), '127.0.0.1');
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void connection.close();
});
