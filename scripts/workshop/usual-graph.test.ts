import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { applyUsualGraph } from './usual-graph.ts';

const NEVER = new AbortController().signal;

/** A coordinator whose network runs. Counts what it is sent. */
async function openCoordinator(t: TestContext, { status = 200 } = {}) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.method!);
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"id": "lab", "started": true}');
    request.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('a coordinator that the start has moved is found where it is now', async (t) => {
  const before = await openCoordinator(t, { status: 503 });
  const now = await openCoordinator(t);
  await applyUsualGraph({ addresses: async () => ({ coordinator: now.url }) }, before.url, NEVER);
  assert.deepEqual(before.asked, ['GET']);
  assert.deepEqual(now.asked, ['GET', 'PUT']);
});

test('a wrong secret is told at once', async (t) => {
  const { url, asked } = await openCoordinator(t, { status: 401 });
  await assert.rejects(
    applyUsualGraph({ addresses: async () => ({ coordinator: url }) }, undefined, NEVER),
    /wants another secret/,
  );
  assert.deepEqual(asked, ['GET']);
});
