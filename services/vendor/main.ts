// Starts the simulated captioning service.
import { decimal, readConfig, text, wholeNumber } from '../shared/config.ts';
import { listen } from '../shared/http.ts';
import { runService } from '../shared/lifecycle.ts';
import { createMetrics } from '../shared/metrics.ts';
import { latency } from './faults.ts';
import { createVendor } from './vendor.ts';

runService('vendor', async (life) => {
  const config = readConfig({
    host: text('HOST', { fallback: '127.0.0.1' }),
    port: wholeNumber('PORT', { fallback: 8081, min: 0, max: 65_535 }),
    latencyMs: decimal('VENDOR_LATENCY_MS', { fallback: 150, min: 0, max: 20_000 }),
    ratePerSecond: decimal('VENDOR_RATE_PER_SECOND', { fallback: 50, min: 0.1, max: 100_000 }),
    errorRate: decimal('VENDOR_ERROR_RATE', { fallback: 0, min: 0, max: 1 }),
  });
  const vendor = createVendor({
    defaults: {
      latency_ms: latency(config.latencyMs),
      rate_per_second: config.ratePerSecond,
      error_rate: config.errorRate,
      outage: false,
    },
    metrics: createMetrics({ role: 'vendor', replica: life.replica }),
    log: life.log,
  });
  const api = await listen(vendor, config);
  life.log.info({ host: config.host, port: api.port }, 'listening');
  life.onStop('the API', () => api.close());
});
