import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createCaption } from '../../services/caption/caption-image.ts';
import { createCancellations } from '../../services/shared/cancellations.ts';
import { ItemError } from '../../services/shared/errors.ts';
import { resizeImage } from '../../services/shared/imaging/resize.ts';
import { CaptionedImage, FailedItem, ResizedImage } from '../../services/shared/messages.ts';
import {
  type Delivery,
  type HandlerContext,
  type Outgoing,
  RetryLater,
} from '../../services/shared/messaging/types.ts';
import { createVendorClient } from '../../services/shared/vendor-client.ts';
import type { Faults } from '../../services/vendor/faults.ts';
import { handlerOf } from '../helpers/handler.ts';
import { sample, startVendor } from '../helpers/vendor.ts';

const job = '0199c0de-0000-7000-8000-000000000000';
const context: HandlerContext = {
  signal: new AbortController().signal,
  role: 'caption',
  replica: 'caption-1',
  cancel: () => {},
};

function delivery<T>(data: T, attempt = 1): Delivery<T> {
  return { data, item: `${job}.0`, job, attempt, steps: [], traceparent: '', redelivered: false };
}

async function resized(name: string, format: 'jpeg' | 'png' | 'webp' | 'avif' = 'webp'): Promise<ResizedImage> {
  const { bytes, original, ...image } = await resizeImage(await sample(name), {
    width: 320,
    height: 240,
    fit: 'inside',
    format,
  });
  return ResizedImage.parse({
    item: `${job}.0`,
    job,
    index: 0,
    image: { ...image, bytes: bytes.toString('base64') },
    original,
  });
}

async function startCaption(t: TestContext, faults: Partial<Faults> = {}) {
  const vendor = await startVendor(t, faults);
  const client = createVendorClient({ url: vendor.url, maxConcurrent: 8 });
  const { inports } = createCaption({ vendor: client, cancelled: createCancellations(), prefetch: 8, attempts: 6 });
  return { vendor, inports: { in: handlerOf(inports.in), cancel: handlerOf(inports.cancel) } };
}

test('a thumbnail of any format leaves on out with a caption, all else as it was', async (t) => {
  const { inports } = await startCaption(t);
  for (const format of ['jpeg', 'png', 'webp', 'avif'] as const) {
    const image = await resized('portrait', format);
    const answer = (await inports.in(delivery(image), context)) as Outgoing;
    assert.equal(answer.port, 'out');
    const { caption, ...others } = CaptionedImage.parse(answer.data);
    assert.deepEqual(others, image);
    assert.equal(caption.orientation, 'portrait');
    assert.match(caption.text, /^A tall picture in teal/);
  }
});

test('a vendor that is out of service means to come back later', async (t) => {
  const { inports } = await startCaption(t, { outage: true });
  await assert.rejects(inports.in(delivery(await resized('tiny')), context), (error) => error instanceof RetryLater);
});

test('a picture that the vendor refuses fails the item', async (t) => {
  const { inports } = await startCaption(t);
  const image = await resized('tiny');
  image.image.bytes = Buffer.from('no picture').toString('base64');
  await assert.rejects(
    inports.in(delivery(image), context),
    (error) => error instanceof ItemError && error.code === 'vendor-refused',
  );
});

test('an item of a cancelled job is answered on error, and the vendor is not called', async (t) => {
  const { vendor, inports } = await startCaption(t);
  await inports.cancel(delivery({ job }), context);
  const answer = (await inports.in(delivery(await resized('tiny'), 3), context)) as Outgoing;
  assert.equal(answer.port, 'error');
  assert.deepEqual(FailedItem.parse(answer.data).error, {
    code: 'cancelled',
    reason: 'The job was cancelled.',
    role: 'caption',
    attempts: 2,
  });
  assert.deepEqual(vendor.calls, []);
});
