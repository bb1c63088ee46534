import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { CannotRun } from './command.ts';
import { scaler } from './scaler-client.ts';
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
  return scaler({ scaler: `http://127.0.0.1:${port}/`, token: 'open sesame' });
}

const problem =
  (status: number): RequestListener =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ status, title: 'No', detail: 'there is no role nobody' }));
  };

test('the token goes with every request, and JSON goes and comes', async (t) => {
  const client = await clientOf(t, ({ method, url, headers }, response) => {
    response.end(JSON.stringify({ method, url, token: headers.authorization, type: headers['content-type'] }));
  });
  assert.deepEqual(await client.put('/mode', { mode: 'off' }), {
    method: 'PUT',
    url: '/mode',
    token: 'Bearer open sesame',
    type: 'application/json',
  });
});

for (const status of [404, 409, 422]) {
  test(`${status} is the service's no, in its own words`, async (t) => {
    const client = await clientOf(t, problem(status));
    const isNo = (error: unknown): boolean => error instanceof Refused && error.message === 'there is no role nobody';
    await assert.rejects(client.put('/roles/nobody/steering', { fixed: 1 }), isNo);
    await assert.rejects(client.get('/decisions?role=nobody'), isNo);
  });
}

test('what cannot be asked is one sentence, whatever the reason', async (t) => {
  const cases: [RequestListener, RegExp][] = [
    [problem(503), /^the scaler at http:\/\/127\.0\.0\.1:\d+: there is no role nobody$/],
    [problem(401), /^the scaler at .* wants another token: give it with --token, or as LAB_TOKEN$/],
    [(_, response) => response.writeHead(500).end('<html>'), /: the scaler answered 500$/],
    [(_, response) => response.end('<html>'), /does not answer \(.*JSON/],
    [(request) => request.socket.destroy(), /^the scaler at .* does not answer \(/],
  ];
  for (const [answer, expected] of cases) {
    const client = await clientOf(t, answer);
    await assert.rejects(client.get('/status'), (error) => error instanceof CannotRun && expected.test(error.message));
  }
});

test('an address that is none is told', async () => {
  await assert.rejects(scaler({ scaler: 'localhost:3570' }), /--scaler must be an address such as/);
});

test('a stream comes line by line, ends quietly when it is told to, and with a sentence when the service goes away', async (t) => {
  const client = await clientOf(t, ({ url }, response) => {
    response.write('{"a":"ü"}\n{"b"');
    response.write(':2}\n');
    if (url === '/broken') setImmediate(() => response.destroy());
  });
  const stop = new AbortController();
  const lines: string[] = [];
  for await (const line of client.stream('/decisions/stream', stop.signal)) {
    lines.push(line);
    if (lines.length === 2) stop.abort();
  }
  assert.deepEqual(lines, ['{"a":"ü"}', '{"b":2}']);
  await assert.rejects(async () => {
    for await (const _ of client.stream('/broken', new AbortController().signal));
  }, /does not answer \(/);
});
