import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrokerBinding } from '../shared/messaging/management.ts';
import { createRouteCheck } from './route-check.ts';

const binding = (source: string): BrokerBinding => ({
  source,
  destination: 'resize.IN',
  destination_type: 'queue',
  routing_key: '',
});
const routeWith = (bindings: () => Promise<BrokerBinding[]>) => createRouteCheck({ bindings }, 'web.IMAGES')();

test('there is a route where something is bound to the exchange', async () => {
  assert.equal(await routeWith(async () => [binding('other'), binding('web.IMAGES')]), 'connected');
  assert.equal(await routeWith(async () => [binding('other')]), 'missing');
});

test('what could not be observed is not known, which is not the same as missing', async () => {
  const away = async () => {
    throw new Error('the management API is away');
  };
  assert.equal(await routeWith(away), 'unknown');
});

test('the broker is not asked again for what was just known', async () => {
  let asked = 0;
  const bindings = async () => {
    asked++;
    return [];
  };
  const check = createRouteCheck({ bindings }, 'web.IMAGES');
  await Promise.all([check(), check(), check()]);
  assert.equal(asked, 1);
});
