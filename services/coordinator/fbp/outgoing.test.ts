import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import { createOutgoing } from './outgoing.ts';

const KIB = 1024;
const LIMITS = { dataPerSecond: 1_000_000, dropDataBeyond: 256 * KIB, cutOffBeyond: 1024 * KIB };
const text = 'x'.repeat(32 * KIB);

/** Both ends of a connection; the client does not read. */
async function deafClient(t: TestContext): Promise<{ socket: WebSocket; client: WebSocket }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.after(() => server.close());
  await once(server, 'listening');
  const connected = once(server, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.after(() => client.terminate());
  await once(client, 'open');
  client.pause();
  const [socket] = (await connected) as [WebSocket];
  t.after(() => socket.terminate());
  return { socket, client };
}

/** Lets the sockets write what they can. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a client that does not read loses data, and stays connected for what is no data', async (t) => {
  const { socket, client } = await deafClient(t);
  const outgoing = createOutgoing(socket, LIMITS, () => assert.fail('it was cut off'));
  let most = 0;
  for (let n = 0; n < 2_000; n += 1) {
    outgoing.sendData(text);
    most = Math.max(most, socket.bufferedAmount);
    if (n % 50 === 0) await turn();
  }
  assert.ok(most <= LIMITS.dropDataBeyond + 33 * KIB, `${most} bytes waited`);
  outgoing.send('the end');
  const heard = new Promise((resolve) =>
    client.on('message', (data) => data.toString() === 'the end' && resolve(true)),
  );
  client.resume();
  assert.equal(await heard, true);
});

test('a client that does not read answers is cut off when too many bytes wait for it', async (t) => {
  const { socket } = await deafClient(t);
  const unread: number[] = [];
  const outgoing = createOutgoing(socket, LIMITS, (bytes) => unread.push(bytes));
  let most = 0;
  for (let n = 0; n < 2_000; n += 1) {
    outgoing.send(text);
    most = Math.max(most, socket.bufferedAmount);
    if (n % 50 === 0) await turn();
  }
  assert.equal(unread.length, 1);
  assert.ok(most <= LIMITS.cutOffBeyond + 33 * KIB, `${most} bytes waited`);
  assert.notEqual(socket.readyState, WebSocket.OPEN);
});

test('one large answer is no reason to cut a client off', async (t) => {
  const { socket, client } = await deafClient(t);
  const outgoing = createOutgoing(socket, LIMITS, () => assert.fail('it was cut off'));
  outgoing.send('x'.repeat(8 * 1024 * KIB));
  outgoing.send('the end');
  const heard = new Promise((resolve) =>
    client.on('message', (data) => data.toString() === 'the end' && resolve(true)),
  );
  client.resume();
  assert.equal(await heard, true);
});

test('data beyond the rate are left out', async (t) => {
  const { socket, client } = await deafClient(t);
  const outgoing = createOutgoing(socket, { ...LIMITS, dataPerSecond: 10 }, () => assert.fail('it was cut off'));
  for (let n = 0; n < 100; n += 1) outgoing.sendData('data');
  outgoing.send('the end');
  const heard: string[] = [];
  const ended = new Promise<void>((resolve) => {
    client.on('message', (data) => {
      heard.push(data.toString());
      if (heard.at(-1) === 'the end') resolve();
    });
  });
  client.resume();
  await ended;
  assert.equal(heard.filter((one) => one === 'data').length, 10);
});
