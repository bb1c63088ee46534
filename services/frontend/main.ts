// Starts a replica of the front end.
import { choice, decimal, flag, readConfig, text, url, wholeNumber } from '../shared/config.ts';
import { createDatabase, databaseUrl } from '../shared/database.ts';
import { listen } from '../shared/http.ts';
import { sourceAllow } from '../shared/imaging/allow-list.ts';
import { createSamples, samplesDir } from '../shared/imaging/samples.ts';
import { createSources } from '../shared/imaging/source.ts';
import { runService } from '../shared/lifecycle.ts';
import { createManagement, vhostOf } from '../shared/messaging/management.ts';
import { queueOf } from '../shared/messaging/names.ts';
import { startParticipant } from '../shared/messaging/participant.ts';
import { createMetrics } from '../shared/metrics.ts';
import { migrate } from '../shared/migrate.ts';
import { createVendorClient } from '../shared/vendor-client.ts';
import { everyJob, startAdmission } from './admission/admission.ts';
import { createApp } from './app.ts';
import { createHub } from './hub.ts';
import { startRelay } from './relay.ts';
import { createRouteCheck } from './route-check.ts';
import { createWeb } from './web-participant.ts';

/** So that a client has its 503 within two seconds when the database is away. */
const DATABASE_LIMIT_MS = 1_800;

runService('frontend', async (life) => {
  const { log, replica } = life;
  const config = readConfig({
    host: text('HOST', { fallback: '127.0.0.1' }),
    port: wholeNumber('PORT', { fallback: 8080, min: 0, max: 65_535 }),
    amqpUrl: url('AMQP_URL', ['amqp', 'amqps']),
    unsafe: flag('UNSAFE_MESSAGING', { fallback: false }), // see shared/messaging/unsafe.ts
    managementUrl: url('MANAGEMENT_URL', ['http', 'https']),
    databaseUrl,
    vendorUrl: url('VENDOR_URL', ['http', 'https']),
    // Images of one synchronous request at a time, and calls to the vendor of all of them together.
    syncConcurrency: wholeNumber('SYNC_CONCURRENCY', { fallback: 4, min: 1, max: 100 }),
    syncVendorCalls: wholeNumber('SYNC_VENDOR_CONCURRENCY', { fallback: 16, min: 1, max: 1_000 }),
    syncLimitSeconds: decimal('SYNC_LIMIT_SECONDS', { fallback: 120, min: 1, max: 3_600 }),
    allow: sourceAllow,
    samplesDir,
    // `deadline`: a job that could not be done by its deadline is refused, by what the scaler tells.
    admission: choice('ADMISSION', ['off', 'deadline'], { fallback: 'off' }),
    scalerUrl: url('SCALER_URL', ['http', 'https'], { fallback: 'http://127.0.0.1:3570' }),
  });
  const metrics = createMetrics({ role: 'web', replica });
  const database = createDatabase({
    url: config.databaseUrl,
    name: replica,
    log,
    limitMs: DATABASE_LIMIT_MS,
    maxConnections: 10,
  });
  life.onStop('the database', () => database.close());

  // In the background: without a database the front end answers 503, it does not die.
  const stopping = new AbortController();
  const migrated = migrate(database, { log, signal: stopping.signal }).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  life.onStop('the migration', () => {
    stopping.abort();
    return migrated;
  });

  const admission =
    config.admission === 'off' ? everyJob : startAdmission({ scalerUrl: config.scalerUrl, log, metrics });
  life.onStop('admission', () => admission.close());

  const hub = createHub();
  const web = startParticipant(createWeb(hub, admission.finished), {
    url: config.amqpUrl,
    replica,
    log,
    metrics,
    unsafe: config.unsafe,
  });
  life.onStop('the participant', () => web.drain());

  const syncLimitMs = config.syncLimitSeconds * 1000;
  const vendor = createVendorClient({ url: config.vendorUrl, maxConcurrent: config.syncVendorCalls, log, metrics });
  const sources = createSources(config);
  const app = createApp({
    database,
    web,
    hub,
    sources,
    sync: {
      database,
      sources,
      vendor,
      log,
      metrics,
      replica,
      concurrency: config.syncConcurrency,
      limitMs: syncLimitMs,
    },
    admission,
    log,
    metrics,
    samples: createSamples(config.samplesDir),
    route: createRouteCheck(createManagement(config.managementUrl, vhostOf(config.amqpUrl)), queueOf('web', 'images')),
    rereadMs: 3_000,
    heartbeatMs: 15_000,
  });
  // Twice the limit: a request that is late in its own cancelling is left alone.
  const relay = startRelay({ database, web, log, syncLimitMs: 2 * syncLimitMs });
  life.onStop('the relay', () => relay.close());
  const http = await listen(app.handler, config);
  life.onStop('the HTTP server', () => {
    const closed = http.close();
    app.close();
    return closed;
  });
  log.info({ host: config.host, port: http.port }, 'listening');
});
