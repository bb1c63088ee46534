import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { createPlatformClient, type PlatformClient, PlatformError } from './platform-client.ts';

const TOKEN = 'the-token';

/** A client of a platform that answers like this. */
async function clientOf(t: TestContext, answer: RequestListener, timeoutMs = 30_000): Promise<PlatformClient> {
  const server = createServer(answer);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return createPlatformClient({ url, token: TOKEN, timeoutMs, setTimeoutMs: timeoutMs });
}

const says = (status: number, body: unknown): RequestListener => {
  return (_request, response) =>
    void response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
};

const REPLICA = {
  id: 'a1',
  name: 'resize-a1',
  service: 'resize',
  role: 'resize',
  state: 'ready',
  since: 2,
  requestedAt: 1,
  paused: false,
  cut: false,
  crashLooping: false,
  restarts: 0,
};

test('replicas are asked for by role, with the token', async (t) => {
  let asked: IncomingMessage | undefined;
  const client = await clientOf(t, (request, response) => {
    asked = request;
    response.end(JSON.stringify({ driver: 'docker', replicas: [REPLICA] }));
  });
  assert.deepEqual(await client.replicas('a role'), [REPLICA]);
  assert.equal(asked?.url, '/replicas?role=a%20role');
  assert.equal(asked?.headers.authorization, `Bearer ${TOKEN}`);
});

test('a number is set, and what held it back comes along', async (t) => {
  const answer = { role: 'resize', from: 1, to: 4, most: 4, starting: ['b'], draining: [], held: 'the maximum is 4' };
  let body = '';
  const client = await clientOf(t, (request, response) => {
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => response.end(JSON.stringify(answer)));
  });
  assert.deepEqual(await client.set('resize', 9), answer);
  assert.equal(body, '{"replicas":9}');
});

test("the platform's no is an error with its status and its own words", async (t) => {
  const client = await clientOf(t, says(409, { title: 'Conflict', detail: 'resize has no room for 9' }));
  await assert.rejects(client.set('resize', 9), (error: PlatformError) => {
    assert.equal(error.status, 409);
    assert.match(error.message, /409: resize has no room for 9/);
    return error instanceof PlatformError;
  });
});

test('a wrong token is said, and never shown', async (t) => {
  const client = await clientOf(t, says(401, { detail: 'no' }));
  await assert.rejects(
    client.roles(),
    (error: Error) => /LAB_TOKEN/.test(error.message) && !error.message.includes(TOKEN),
  );
});

test('an answer that does not come in time, or is something else, is an error', async (t) => {
  const silent = await clientOf(t, () => {}, 200);
  await assert.rejects(silent.roles(), /nothing came within 0.2 s/);
  for (const garbage of ['<html>', { replicas: [{ id: 1 }] }, 'null']) {
    const client = await clientOf(t, says(200, garbage));
    await assert.rejects(client.replicas(), PlatformError);
  }
});

test('the token is not carried to where a redirect leads', async (t) => {
  let reached = false;
  const other = createServer((_request, response) => {
    reached = true;
    response.end('{}');
  });
  t.after(() => other.close());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/roles`;
  const client = await clientOf(t, (_request, response) => void response.writeHead(307, { location }).end());
  await assert.rejects(client.roles(), PlatformError);
  assert.equal(reached, false);
});

test('a platform that is not there is an error that says why', async () => {
  const client = createPlatformClient({ url: 'http://127.0.0.1:1', token: TOKEN });
  await assert.rejects(client.roles(), /does not answer/);
});
