import assert from 'node:assert/strict';
import { test } from 'node:test';
import { handlerOf } from '../../tests/helpers/handler.ts';
import { createCancellations } from '../shared/cancellations.ts';
import { ItemError } from '../shared/errors.ts';
import { sourceAllow } from '../shared/imaging/allow-list.ts';
import { samplesDir } from '../shared/imaging/samples.ts';
import sharp from '../shared/imaging/sharp.ts';
import { createSources } from '../shared/imaging/source.ts';
import { FailedItem, ImageTask, ResizedImage } from '../shared/messages.ts';
import type { Delivery, HandlerContext, Outgoing } from '../shared/messaging/types.ts';
import { createPoison } from './poison.ts';
import { createResize } from './resize-image.ts';

const job = '0199c0de-0000-7000-8000-000000000000';
const context: HandlerContext = {
  signal: new AbortController().signal,
  role: 'resize',
  replica: 'resize-1',
  cancel: () => {},
};
const sources = createSources({ samplesDir: samplesDir.fallback!, allow: sourceAllow.fallback! });
const resize = (poison = createPoison(false)) =>
  createResize({ sources, cancelled: createCancellations(), poison, prefetch: 2, attempts: 3 });

function delivery<T>(data: T, attempt = 1): Delivery<T> {
  return { data, item: `${job}.0`, job, attempt, steps: [], traceparent: '', redelivered: false };
}

const task = (more: Partial<ImageTask> = {}): ImageTask =>
  ImageTask.parse({
    item: `${job}.0`,
    job,
    index: 0,
    source: 'sample:harbour',
    width: 320,
    height: 240,
    fit: 'cover',
    format: 'webp',
    ...more,
  });

test('an image task becomes a thumbnail on out, that fits its schema', async () => {
  const answer = (await handlerOf(resize().inports.in)(delivery(task()), context)) as Outgoing;
  assert.equal(answer.port, 'out');
  const resized = ResizedImage.parse(answer.data);
  assert.deepEqual([resized.item, resized.job, resized.index], [`${job}.0`, job, 0]);
  const { width, height, mediaType } = await sharp(Buffer.from(resized.image.bytes, 'base64')).metadata();
  assert.deepEqual([width, height, mediaType, resized.image.contentType], [320, 240, 'image/webp', 'image/webp']);
});

test('a source that no retry can mend is an ItemError', async () => {
  const reasons: Record<string, string> = {
    'sample:nowhere': 'source-not-found',
    'http://127.0.0.1/': 'source-not-allowed',
  };
  for (const [source, code] of Object.entries(reasons)) {
    await assert.rejects(
      handlerOf(resize().inports.in)(delivery(task({ source })), context),
      (error) => error instanceof ItemError && error.code === code,
    );
  }
});

test('an item of a cancelled job is answered on error, and not even its source is read', async () => {
  const { inports } = resize();
  await handlerOf(inports.cancel)(delivery({ job }), context);
  const answer = (await handlerOf(inports.in)(delivery(task({ source: 'sample:nowhere' }), 2), context)) as Outgoing;
  assert.equal(answer.port, 'error');
  assert.deepEqual(FailedItem.parse(answer.data).error, {
    code: 'cancelled',
    reason: 'The job was cancelled.',
    role: 'resize',
    attempts: 1,
  });
});

test('every replica hears a cancellation', () => {
  assert.equal(resize().inports.cancel.perReplica, true);
});

test('the poison ends its worker, and nothing is answered', async () => {
  const died = Promise.withResolvers<string>();
  const poison = createPoison(true, () => died.resolve('died'));
  const answer = handlerOf(resize(poison).inports.in)(delivery(task({ source: 'sample:poison' })), context);
  assert.equal(await Promise.race([died.promise, answer]), 'died');
});

test('with the poison switched off its item is one that fails, as its source cannot be read', async () => {
  await assert.rejects(
    handlerOf(resize().inports.in)(delivery(task({ source: 'sample:poison' })), context),
    (error) => error instanceof ItemError && error.code === 'source-refused',
  );
});
