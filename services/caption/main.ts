// Starts a replica of `caption`.
import { createCancellations } from '../shared/cancellations.ts';
import { flag, readConfig, text, url, wholeNumber } from '../shared/config.ts';
import { listen, operationsHandler } from '../shared/http.ts';
import { runService } from '../shared/lifecycle.ts';
import { startParticipant } from '../shared/messaging/participant.ts';
import { createMetrics } from '../shared/metrics.ts';
import { createVendorClient } from '../shared/vendor-client.ts';
import { createCaption } from './caption-image.ts';

runService('caption', async (life) => {
  const config = readConfig({
    host: text('HOST', { fallback: '127.0.0.1' }),
    port: wholeNumber('PORT', { fallback: 9464, min: 0, max: 65_535 }),
    amqpUrl: url('AMQP_URL', ['amqp', 'amqps']),
    unsafe: flag('UNSAFE_MESSAGING', { fallback: false }), // see shared/messaging/unsafe.ts
    prefetch: wholeNumber('CAPTION_PREFETCH', { fallback: 8, min: 1, max: 1_000 }),
    concurrency: wholeNumber('CAPTION_CONCURRENCY', { fallback: 8, min: 1, max: 1_000 }),
    attempts: wholeNumber('CAPTION_ATTEMPTS', { fallback: 6, min: 1, max: 100 }),
    vendorUrl: url('VENDOR_URL', ['http', 'https']),
    vendorTimeoutMs: wholeNumber('VENDOR_TIMEOUT_MS', { fallback: 3_000, min: 1, max: 60_000 }),
  });
  const metrics = createMetrics({ role: 'caption', replica: life.replica });
  const vendor = createVendorClient({
    url: config.vendorUrl,
    timeoutMs: config.vendorTimeoutMs,
    maxConcurrent: config.concurrency,
    log: life.log,
    metrics,
  });
  const caption = createCaption({
    vendor,
    cancelled: createCancellations(),
    prefetch: config.prefetch,
    attempts: config.attempts,
  });
  const participant = startParticipant(caption, {
    url: config.amqpUrl,
    replica: life.replica,
    log: life.log,
    metrics,
    unsafe: config.unsafe,
  });
  life.onStop('the participant', () => participant.drain());
  const operations = operationsHandler({ health: () => participant.health(), metrics: metrics.registry });
  const page = await listen(operations, config);
  life.onStop('the operations page', () => page.close());
});
