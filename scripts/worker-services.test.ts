import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { workersIn } from './worker-services.ts';

const COMPOSE = readFileSync('docker-compose.yml', 'utf8');

test('the workers of the lab are the services behind its queues', () => {
  assert.deepEqual(workersIn(COMPOSE, {}), ['resize', 'caption', 'store']);
});

test('a worker that is added to docker-compose.yml is one of them', () => {
  const watermark = '  watermark:\n    <<: *service\n    environment:\n      AMQP_URL: *amqp\n\n';
  const more = COMPOSE.replace('  store:', () => `${watermark}  store:`);
  assert.deepEqual(workersIn(more, {}), ['resize', 'caption', 'watermark', 'store']);
});
