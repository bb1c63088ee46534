import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleJob } from './example-job.ts';
import { findWay } from './item-way.ts';

const ROLES = ['resize', 'caption', 'store'];

test('the parts of a way are the roles in their order and what is between, and add up to the total', () => {
  const job = exampleJob({
    times: { resize: [0.1, 0.2], caption: [0, 0.1], store: [0.02, 0.03] },
    // The ledger has it half a tenth of a second after the store was done with it.
    image: (item) => ({ ...item, finished_at: '2026-01-31T12:00:00.500Z' }),
  });
  assert.deepEqual(findWay([job], ROLES), {
    item: `${job.id}.0`,
    parts: [
      { name: 'resize', seconds: 0.3 },
      { name: 'caption', seconds: 0.1 },
      { name: 'store', seconds: 0.05 },
      { name: 'on its way', seconds: 0.05 },
    ],
    total: 0.5,
  });
});

test('an image that went past a role, or is not finished, has no such way', () => {
  const past = exampleJob({ times: { resize: [0.1, 0.2], store: [0, 0.1] } });
  const open = exampleJob({ state: 'queued' });
  assert.equal(findWay([past, open], ROLES), undefined);
  const whole = exampleJob({ images: 2, image: (item) => (item.index === 0 ? { ...item, finished_at: null } : item) });
  assert.equal(findWay([past, open, whole], ROLES)?.item, `${whole.id}.1`);
});
