// Starts a replica of `resize`.
import { createCancellations } from '../shared/cancellations.ts';
import { choice, flag, readConfig, text, url, wholeNumber } from '../shared/config.ts';
import { listen, operationsHandler } from '../shared/http.ts';
import { sourceAllow } from '../shared/imaging/allow-list.ts';
import { samplesDir } from '../shared/imaging/samples.ts';
import { createSources } from '../shared/imaging/source.ts';
import { runService } from '../shared/lifecycle.ts';
import { startParticipant } from '../shared/messaging/participant.ts';
import { createMetrics } from '../shared/metrics.ts';
import { createPoison } from './poison.ts';
import { createResize, loadImaging } from './resize-image.ts';

runService('resize', async (life) => {
  const config = readConfig({
    host: text('HOST', { fallback: '127.0.0.1' }),
    port: wholeNumber('PORT', { fallback: 9464, min: 0, max: 65_535 }),
    amqpUrl: url('AMQP_URL', ['amqp', 'amqps']),
    unsafe: flag('UNSAFE_MESSAGING', { fallback: false }), // see shared/messaging/unsafe.ts
    // Two: the next picture is fetched while the one before is worked on.
    prefetch: wholeNumber('RESIZE_PREFETCH', { fallback: 2, min: 1, max: 1_000 }),
    attempts: wholeNumber('RESIZE_ATTEMPTS', { fallback: 3, min: 1, max: 100 }),
    // on: the item `sample:poison` ends the worker that takes it; off: it is an item that fails.
    poison: choice('POISON', ['on', 'off'], { fallback: 'on' }),
    allow: sourceAllow,
    samplesDir,
  });
  const metrics = createMetrics({ role: 'resize', replica: life.replica });
  const resize = createResize({
    sources: createSources(config),
    cancelled: createCancellations(),
    poison: createPoison(config.poison === 'on'),
    prefetch: config.prefetch,
    attempts: config.attempts,
  });
  const participant = startParticipant(resize, {
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
  await loadImaging();
});
