import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ItemError } from '../../services/shared/errors.ts';
import { listen } from '../../services/shared/http.ts';
import { RetryLater } from '../../services/shared/messaging/types.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { createVendorClient } from '../../services/shared/vendor-client.ts';
import type { Faults } from '../../services/vendor/faults.ts';
import { sample, startVendor } from '../helpers/vendor.ts';

const forEver = new AbortController().signal;
const picture = await sample('tiny');

/** A vendor with these faults, and a client that calls it. */
async function startBoth(
  t: TestContext,
  faults: Partial<Faults> = {},
  options: { timeoutMs?: number; maxConcurrent?: number } = {},
) {
  const vendor = await startVendor(t, faults);
  const metrics = createMetrics({ role: 'caption', replica: 'caption-1' });
  const client = createVendorClient({ url: vendor.url, maxConcurrent: 8, metrics, ...options });
  const outcomes = async (): Promise<Record<string, number>> => {
    const { values } = await metrics.vendorCalls.get();
    return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
  };
  return {
    vendor,
    outcomes,
    caption: (signal = forEver, body: Buffer = picture) => client.caption(body, 'image/png', signal),
  };
}

async function retryReason(call: Promise<unknown>): Promise<string> {
  const error = await call.then(
    () => assert.fail('was answered'),
    (thrown: unknown) => thrown,
  );
  assert(error instanceof RetryLater, String(error));
  return error.message;
}

test('a picture gets its caption', async (t) => {
  const { caption, outcomes } = await startBoth(t);
  assert.equal((await caption()).text, 'A wide picture in yellow, sea blue and red.');
  assert.deepEqual(await outcomes(), { ok: 1 });
});

test('calls that are refused for their rate go again by themselves, and all succeed', async (t) => {
  const { caption, outcomes, vendor } = await startBoth(t, { rate_per_second: 40 });
  await Promise.all(Array.from({ length: 32 }, () => caption()));
  assert.equal((await outcomes()).ok, 32);
  assert.ok(
    vendor.calls.some(({ status }) => status === 429),
    'some were refused',
  );
});

test('after a 429 no call leaves before its Retry-After has passed', async (t) => {
  const { caption, vendor } = await startBoth(t, { rate_per_second: 5 });
  await Promise.all(Array.from({ length: 6 }, () => caption()));
  const refusals = vendor.calls.filter(({ status }) => status === 429);
  assert.ok(refusals.length > 0);
  for (const { answeredAt, retryAfterMs } of refusals) {
    // 60 ms for an answer on its way: a call may leave before it is read.
    const early = vendor.calls.filter(
      ({ arrivedAt }) => arrivedAt > answeredAt! + 60 && arrivedAt < answeredAt! + retryAfterMs!,
    );
    assert.deepEqual(early, []);
  }
});

test('under a rate limit the client finds the rate: little of it goes unused, and few calls are refused', async (t) => {
  const { caption, vendor } = await startBoth(
    t,
    { rate_per_second: 100, latency_ms: { median: 10, p99: 20 } },
    { maxConcurrent: 8 },
  );
  const start = performance.now();
  await Promise.all(Array.from({ length: 150 }, () => caption()));
  const rate = 150 / ((performance.now() - start) / 1_000);
  assert.ok(rate > 50, `${Math.round(rate)} of 100 a second`);
  assert.ok(vendor.calls.length < 450, `${vendor.calls.length} calls for 150 captions`);
});

test('a call that waits for the rate limit can be stopped, and may come back', async (t) => {
  const { caption, vendor } = await startBoth(t, { rate_per_second: 0.01 });
  await caption();
  const reason = await retryReason(caption(AbortSignal.timeout(150)));
  assert.equal(reason, 'The captioning service takes no more calls for now (its rate limit)');
  assert.equal(vendor.calls.length, 2);
});

test('what may pass is to be retried: 500, an outage, a hang, no answer at all', async (t) => {
  const { caption, outcomes, vendor } = await startBoth(t, {}, { timeoutMs: 150 });
  await vendor.setFaults({ error_rate: 1 });
  assert.equal(
    await retryReason(caption()),
    'The captioning service answered 500: This call was chosen to fail (error_rate).',
  );
  await vendor.setFaults({ outage: true });
  assert.equal(
    await retryReason(caption()),
    'The captioning service answered 503: The captioning service has an outage.',
  );
  await vendor.setFaults({ outage: 'hang' });
  assert.equal(await retryReason(caption()), 'The captioning service did not answer within 0.15 s');
  await vendor.close();
  assert.equal(await retryReason(caption()), 'The captioning service cannot be reached (ECONNREFUSED)');
  assert.deepEqual(await outcomes(), { error: 3, timeout: 1 });
});

test('after an outage it goes on', async (t) => {
  const { caption, vendor } = await startBoth(t, { outage: true });
  await retryReason(caption());
  await vendor.setFaults({ outage: false });
  assert.equal((await caption()).orientation, 'landscape');
});

test('a picture that the vendor refuses is refused for good, with its reason', async (t) => {
  const { caption, outcomes } = await startBoth(t);
  await assert.rejects(caption(forEver, Buffer.from('no picture')), (error) => {
    assert(error instanceof ItemError);
    assert.equal(error.code, 'vendor-refused');
    assert.equal(error.message, 'The captioning service answered 422: The body is not a picture that can be read.');
    return true;
  });
  assert.deepEqual(await outcomes(), { refused: 1 });
});

test('an answer that is no caption may be one the next time', async (t) => {
  for (const answer of ['{"text":"only"}', 'no JSON', '', 'null']) {
    const server = await listen((_request, response) => response.end(answer), { host: '127.0.0.1', port: 0 });
    t.after(() => server.close());
    const client = createVendorClient({ url: `http://127.0.0.1:${server.port}/`, maxConcurrent: 1 });
    assert.equal(
      await retryReason(client.caption(picture, 'image/png', forEver)),
      'The captioning service answered with something that is no caption',
      answer,
    );
  }
});

test('never are more calls under way than the limit', async (t) => {
  const { caption, vendor } = await startBoth(t, { latency_ms: { median: 20, p99: 20 } }, { maxConcurrent: 3 });
  await Promise.all(Array.from({ length: 12 }, () => caption()));
  for (const { arrivedAt } of vendor.calls) {
    // A call counts as over when it was answered: by then the client may not have read the answer, never the other way round.
    const underWay = vendor.calls.filter((other) => other.arrivedAt <= arrivedAt && other.answeredAt! > arrivedAt);
    assert.ok(underWay.length <= 3, String(underWay.length));
  }
});
