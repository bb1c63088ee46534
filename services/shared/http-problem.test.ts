import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { test } from 'node:test';
import { listen } from './http.ts';
import { type HttpProblem, readBody, sendProblem } from './http-problem.ts';

const LONGEST = 64 * 1024;

test('a body that is too long is refused, and the connection is good for the next request', async (context) => {
  const { server, port, close } = await listen(
    (incoming, response) => {
      readBody(incoming, LONGEST).then(
        (text) => response.end(String(text.length)),
        (error: HttpProblem) => sendProblem(response, error.status, error.message),
      );
    },
    { host: '127.0.0.1', port: 0 },
  );
  context.after(close);
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  context.after(() => agent.destroy());
  const put = async (length: number): Promise<{ status: number | undefined; text: string }> => {
    const sending = request({ agent, host: '127.0.0.1', port, method: 'PUT' });
    sending.end('x'.repeat(length));
    const [response] = (await once(sending, 'response')) as [IncomingMessage];
    return { status: response.statusCode, text: await response.toArray().then((parts) => parts.join('')) };
  };
  assert.equal((await put(64 * LONGEST)).status, 413);
  assert.deepEqual(await put(LONGEST), { status: 200, text: String(LONGEST) });
  assert.equal(connections, 1);
});
