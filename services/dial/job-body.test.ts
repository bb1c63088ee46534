import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createJobBodies } from './job-body.ts';
import { changed, type LoadChange } from './settings.ts';

interface Body {
  images: { source: string; width: number; height: number }[];
  deadline_seconds?: number;
  urgent?: boolean;
}

function bodies(change: LoadChange, count: number, part = 0): Body[] {
  const next = createJobBodies(changed(undefined, { rate: 1, ...change }), part);
  return Array.from({ length: count }, () => JSON.parse(next()) as Body);
}

test('a job has a set of images of the size that was asked for, and a deadline where there is one', () => {
  const image = { source: 'sample:tiny', width: 64, height: 48 };
  const change = { set: 2, samples: { tiny: 1 }, width: 64, height: 48 };
  assert.deepEqual(bodies({ ...change, deadline_seconds: 10 }, 1), [{ images: [image, image], deadline_seconds: 10 }]);
  assert.deepEqual(bodies(change, 1), [{ images: [image, image] }]);
});

test('samples come by their weights, and urgent jobs by their share', () => {
  const sent = bodies({ samples: { harbour: 3, tiny: 1 }, urgent: 0.1 }, 4_000);
  const share = (is: (body: Body) => boolean): number => sent.filter(is).length / sent.length;
  const tiny = share(({ images }) => images[0]?.source === 'sample:tiny');
  const urgent = share((body) => body.urgent === true);
  assert.ok(Math.abs(tiny - 0.25) < 0.03, String(tiny));
  assert.ok(Math.abs(urgent - 0.1) < 0.02, String(urgent));
});

test('the same seed asks for the same jobs, and a change for others', () => {
  const change = { samples: { harbour: 1, tiny: 1 }, set: 20 };
  assert.deepEqual(bodies(change, 5), bodies(change, 5));
  assert.notDeepEqual(bodies(change, 5), bodies(change, 5, 1));
  assert.notDeepEqual(bodies(change, 5), bodies({ ...change, seed: 2 }, 5));
});
