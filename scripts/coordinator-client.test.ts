import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { CannotRun } from './command.ts';
import { coordinator } from './coordinator-client.ts';
import { Refused } from './service-client.ts';

/** A client of a server that answers as told. */
async function clientOf(t: TestContext, answer: RequestListener) {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return coordinator({ coordinator: `http://127.0.0.1:${port}/`, secret: 'open sesame' });
}

const problem =
  (status: number): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ status, title: 'No', detail: 'there is no such edge' }));
  };

test('the secret goes with every request, and JSON comes back', async (t) => {
  const client = await clientOf(t, ({ method, url, headers }, response) => {
    response.end(JSON.stringify({ method, url, secret: headers.authorization }));
  });
  assert.deepEqual(await client.send('PUT', '/graph?name=a', { a: 1 }), {
    method: 'PUT',
    url: '/graph?name=a',
    secret: 'Bearer open sesame',
  });
});

for (const status of [404, 409, 422]) {
  test(`${status} on a change is the coordinator's no, in its own words`, async (t) => {
    const client = await clientOf(t, problem(status));
    await assert.rejects(
      client.send('POST', '/graph/edges', {}),
      (error) => error instanceof Refused && error.message === 'there is no such edge',
    );
  });
}

test('what cannot be asked is one sentence, whatever the reason', async (t) => {
  const cases: [RequestListener, RegExp][] = [
    [problem(503), /^the coordinator at http:\/\/127\.0\.0\.1:\d+: there is no such edge$/],
    [problem(401), /wants another secret: give it with --secret, or as FBP_SECRET$/],
    [problem(404), /^there is no such edge$/],
    [(_, response) => response.writeHead(500).end('<html>'), /: the coordinator answered 500$/],
    [(_, response) => response.end('<html>'), /does not answer \(.*JSON/],
    [(request) => request.socket.destroy(), /does not answer \(/],
  ];
  for (const [answer, expected] of cases) {
    const client = await clientOf(t, answer);
    await assert.rejects(client.get('/graph'), (error) => error instanceof CannotRun && expected.test(error.message));
  }
});

test('an address that is none is told', async () => {
  await assert.rejects(coordinator({ coordinator: 'localhost:3569' }), /--coordinator must be an address such as/);
});

test('a stream comes line by line, whatever the pieces that it arrives in', async (t) => {
  const client = await clientOf(t, async (_, response) => {
    const bytes = Buffer.from('{"a":"ü"}\n{"b":2}\nrest');
    for (const byte of bytes) await new Promise((sent) => response.write(Buffer.of(byte), sent));
    response.end();
  });
  const lines: string[] = [];
  for await (const line of client.stream('/tap', new AbortController().signal)) lines.push(line);
  assert.deepEqual(lines, ['{"a":"ü"}', '{"b":2}', 'rest']);
});

test('a stream ends quietly when it is told to, and with a sentence when the coordinator goes away', async (t) => {
  const client = await clientOf(t, ({ url }, response) => {
    response.write('one\n');
    if (url === '/broken') setImmediate(() => response.destroy());
  });
  const stop = new AbortController();
  for await (const line of client.stream('/tap', stop.signal)) {
    assert.equal(line, 'one');
    stop.abort();
  }
  await assert.rejects(async () => {
    for await (const _ of client.stream('/broken', new AbortController().signal));
  }, /does not answer \(/);
});
