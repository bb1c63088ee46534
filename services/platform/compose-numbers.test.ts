import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readComposeNumbers } from './compose-numbers.ts';

test('the numbers of a Compose file are read from scale and deploy, and are one where it does not say', () => {
  const text = `
x-service: &service { scale: 2 }
services:
  one: { image: a }
  two: { <<: *service, image: a }
  three: { deploy: { replicas: 3 } }
  four: { scale: "\${FOUR:-4}" }
  five: { scale: $FIVE }
  empty:
`;
  assert.deepEqual(Object.fromEntries(readComposeNumbers(text)), {
    one: 1,
    two: 2,
    three: 3,
    four: 4,
    five: 1,
    empty: 1,
  });
});
