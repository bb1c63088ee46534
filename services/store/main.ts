// Starts a replica of `store`.
import { flag, readConfig, text, url, wholeNumber } from '../shared/config.ts';
import { createDatabase, databaseUrl } from '../shared/database.ts';
import { listen, operationsHandler } from '../shared/http.ts';
import { runService } from '../shared/lifecycle.ts';
import { startParticipant } from '../shared/messaging/participant.ts';
import { createMetrics } from '../shared/metrics.ts';
import { migrate } from '../shared/migrate.ts';
import { createStore } from './store-result.ts';

runService('store', async (life) => {
  const config = readConfig({
    host: text('HOST', { fallback: '127.0.0.1' }),
    port: wholeNumber('PORT', { fallback: 9464, min: 0, max: 65_535 }),
    amqpUrl: url('AMQP_URL', ['amqp', 'amqps']),
    unsafe: flag('UNSAFE_MESSAGING', { fallback: false }), // see shared/messaging/unsafe.ts
    databaseUrl,
    // Twice the batch: the next one arrives while this one is written.
    prefetch: wholeNumber('STORE_PREFETCH', { fallback: 200, min: 1, max: 2_000 }),
    batch: wholeNumber('STORE_BATCH', { fallback: 100, min: 1, max: 1_000 }),
    batchWaitMs: wholeNumber('STORE_BATCH_WAIT_MS', { fallback: 20, min: 0, max: 1_000 }),
  });
  const metrics = createMetrics({ role: 'store', replica: life.replica });
  const database = createDatabase({ url: config.databaseUrl, name: life.replica, log: life.log, maxConnections: 4 });
  life.onStop('the database', () => database.close());

  // In the background: a worker whose database is away waits, it does not die.
  const stopping = new AbortController();
  const migrated = migrate(database, { log: life.log, signal: stopping.signal }).catch((error: unknown) => {
    if (!stopping.signal.aborted) throw error;
  });
  life.onStop('the migration', () => {
    stopping.abort();
    return migrated;
  });

  const store = createStore({
    database,
    metrics,
    log: life.log,
    prefetch: config.prefetch,
    batch: { size: config.batch, waitMs: config.batchWaitMs },
  });
  const participant = startParticipant(store.definition, {
    url: config.amqpUrl,
    replica: life.replica,
    log: life.log,
    metrics,
    unsafe: config.unsafe,
  });
  life.onStop('the participant', () => participant.drain());
  const health = () => {
    const connection = participant.health();
    return connection.ok ? store.health() : connection;
  };
  const page = await listen(operationsHandler({ health, metrics: metrics.registry }), config);
  life.onStop('the operations page', () => page.close());
});
