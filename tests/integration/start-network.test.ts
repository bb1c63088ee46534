// A network that a client of the FBP protocol has stopped is started again by the same protocol.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startNetwork } from '../../scripts/workshop/start-network.ts';
import { openBroker } from '../helpers/broker.ts';
import { startCoordinator } from '../helpers/coordinator.ts';
import { openFbpClient } from '../helpers/fbp-client.ts';
import { undoStack } from '../helpers/undo.ts';

const GRAPH = 'web(HttpApi) IMAGES -> IN resize(ResizeImage)\n';

test('a network that was stopped is started, and one that runs goes on', async (context) => {
  const scope = undoStack(context);
  const coordinator = await startCoordinator(scope, await openBroker(scope), { graph: GRAPH });
  const { url, secret } = coordinator;
  const { id } = await coordinator.graph();
  const client = await openFbpClient(scope, url.replace('http', 'ws'), { secret });
  await client.ask('network', 'stop', { graph: id });
  assert.equal((await coordinator.graph()).started, false);
  await startNetwork(url, { graph: id, secret });
  assert.equal((await coordinator.graph()).started, true);
  await startNetwork(url, { graph: id, secret });
  assert.equal((await coordinator.graph()).started, true);
});

test('a graph that is not there, a wrong secret and a coordinator that is away are one sentence each', async (context) => {
  const scope = undoStack(context);
  const { url, secret, stop } = await startCoordinator(scope, await openBroker(scope), { graph: GRAPH });
  const refused = (graph: string, given: string, message: RegExp) =>
    assert.rejects(startNetwork(url, { graph, secret: given }), { name: 'CannotRun', message });
  await refused('nowhere', secret, /^the graph nowhere cannot be started: .*not found/i);
  await refused('test', 'wrong', /^the graph test cannot be started: /);
  await stop();
  await refused('test', secret, /^the graph test cannot be started: .*ECONNREFUSED/);
});
