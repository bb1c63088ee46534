// The load dial as a process: sends nothing until it is told, and forgets the load when it ends.
import { readConfig, text, url, wholeNumber } from '../shared/config.ts';
import { listen } from '../shared/http.ts';
import { runService } from '../shared/lifecycle.ts';
import { createMetrics } from '../shared/metrics.ts';
import { createDial } from './dial.ts';
import { httpApi } from './http-api.ts';
import { createDialMetrics } from './metrics.ts';
import { createPoster } from './poster.ts';

/** Longer than a front end that works takes, shorter than people wait. */
const SEND_LIMIT_MS = 10_000;

runService('dial', async (life) => {
  const config = readConfig({
    host: text('HOST', { fallback: '127.0.0.1' }),
    port: wholeNumber('PORT', { fallback: 3571, min: 0, max: 65_535 }),
    target: url('TARGET_URL', ['http'], { fallback: 'http://127.0.0.1:8080' }),
    token: text('LAB_TOKEN', { fallback: '', secret: true }),
  });
  const { log, replica } = life;
  const { registry } = createMetrics({ role: 'dial', replica });
  if (config.token === '') log.warn('LAB_TOKEN is not set: nobody may set a load');
  const poster = createPoster(config.target, SEND_LIMIT_MS);
  life.onStop('what is in flight', () => poster.close());
  const dial = createDial({ poster, log });
  createDialMetrics(registry, dial);
  const page = await listen(httpApi({ dial, token: config.token, metrics: registry, log }), config);
  life.onStop('the HTTP interface', () => page.close());
  life.onStop('the load', () => void dial.stop()); // before all else: closing the rest may take a while
  log.info({ host: config.host, port: page.port }, 'listening');
});
