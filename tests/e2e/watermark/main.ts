// Starts a replica of `watermark`.
import { createCancellations } from '../../../services/shared/cancellations.ts';
import { flag, readConfig, text, url, wholeNumber } from '../../../services/shared/config.ts';
import { listen, operationsHandler } from '../../../services/shared/http.ts';
import { runService } from '../../../services/shared/lifecycle.ts';
import { startParticipant } from '../../../services/shared/messaging/participant.ts';
import { createMetrics } from '../../../services/shared/metrics.ts';
import { createWatermark } from './watermark-image.ts';

runService('watermark', async (life) => {
  const config = readConfig({
    host: text('HOST', { fallback: '127.0.0.1' }),
    port: wholeNumber('PORT', { fallback: 9464, min: 0, max: 65_535 }),
    amqpUrl: url('AMQP_URL', ['amqp', 'amqps']),
    unsafe: flag('UNSAFE_MESSAGING', { fallback: false }),
    prefetch: wholeNumber('WATERMARK_PREFETCH', { fallback: 2, min: 1, max: 1_000 }),
  });
  const metrics = createMetrics({ role: 'watermark', replica: life.replica });
  const watermark = createWatermark({ cancelled: createCancellations(), prefetch: config.prefetch });
  const participant = startParticipant(watermark, {
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
