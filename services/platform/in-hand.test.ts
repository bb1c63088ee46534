import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readInHand } from './in-hand.ts';

test('what is in hand is added up over all ports', () => {
  const page = [
    '# HELP queuelab_messages_in_hand Delivered and not yet answered',
    '# TYPE queuelab_messages_in_hand gauge',
    'queuelab_messages_in_hand{port="IN",role="store",replica="store-1"} 3',
    'queuelab_messages_in_hand{port="OTHER",role="store",replica="store-1"} 2',
    'queuelab_messages_unconfirmed{role="store"} 7',
  ].join('\n');
  assert.equal(readInHand(page), 5);
});

test('a page that does not say is no page that says zero', () => {
  assert.equal(readInHand('queuelab_messages_unconfirmed 7'), undefined);
  assert.equal(readInHand('queuelab_messages_in_hand{port="IN"} Nope'), undefined);
});
