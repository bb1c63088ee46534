// The coordinator as a process: hears who is there, wires them as the graph says, and lets people and programs change the graph
// while it runs. In the lab it has service.fbp; it also runs alone, beside any MsgFlo network:
// AMQP_URL=amqp://… FBP_PORT=3569 FBP_SECRET=… GRAPH=none node services/coordinator/main.ts
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import { readConfig, text, url, wholeNumber } from '../shared/config.ts';
import { type Health, listen } from '../shared/http.ts';
import { runService } from '../shared/lifecycle.ts';
import { managementUrlFor } from '../shared/messaging/management.ts';
import { createMetrics } from '../shared/metrics.ts';
import { createCoordinator } from './coordinator.ts';
import { createFbpServer } from './fbp/server.ts';
import { openGraphFile } from './graph/graph-file.ts';
import { httpApi } from './http/http-api.ts';
import { readLibrary } from './library.ts';

/** What GRAPH says where no file is wanted. */
const NO_GRAPH = 'none';

runService('coordinator', async (life) => {
  const config = readConfig({
    host: text('HOST', { fallback: '127.0.0.1' }),
    port: wholeNumber('PORT', { fallback: 3569, min: 0, max: 65_535 }),
    fbpPort: wholeNumber('FBP_PORT', { fallback: -1, min: 0, max: 65_535 }),
    amqpUrl: url('AMQP_URL', ['amqp', 'amqps']),
    managementUrl: url('MANAGEMENT_URL', ['http', 'https'], { fallback: '' }),
    secret: text('FBP_SECRET', { fallback: '', secret: true }),
    origins: text('FBP_ORIGINS', { fallback: 'https://app.flowhub.io' }),
    graph: text('GRAPH', { fallback: 'service.fbp' }),
    library: text('LIBRARY', { fallback: 'package.json' }),
  });
  const { log, replica } = life;
  const allowedOrigins = config.origins.split(',').map((origin) => origin.trim());
  const file = config.graph === NO_GRAPH ? undefined : openGraphFile(config.graph);
  await file?.read(); // a graph that cannot be read is said before anything is begun
  const library = readLibrary(config.library);
  const metrics = createMetrics({ role: 'coordinator', replica });
  if (config.secret === '') log.warn('FBP_SECRET is not set: clients may look, and nobody may change anything');

  const coordinator = createCoordinator({
    url: config.amqpUrl,
    managementUrl: config.managementUrl || managementUrlFor(config.amqpUrl),
    name: replica,
    ...(file === undefined ? {} : { file }),
    library,
    log,
    onReconnect: () => metrics.reconnects.inc(),
    onLost: () => {
      process.exitCode = 1;
      process.kill(process.pid, 'SIGTERM'); // whoever supervises it starts it again, to stand by
    },
  });
  life.onStop('the connection to the broker', () => coordinator.close());

  function health(): Health {
    const ready = coordinator.ready();
    if (!ready.ok) return ready.standingBy ? { ok: true, detail: { standingBy: ready.reason } } : ready;
    const network = coordinator.main();
    const edges = network === undefined ? [] : coordinator.wiring.edges(network.id);
    const missing = edges.flatMap((wired) => (wired.state === 'waiting' && !wired.final ? [wired.why] : []));
    if (missing.length > 0) return { ok: false, reason: `not wired yet: ${[...new Set(missing)].join(', ')}` };
    const detail = { edges: edges.length, participants: coordinator.participants.all().length };
    return {
      ok: true,
      detail: { ...detail, ...(coordinator.fileProblem() ? { file: coordinator.fileProblem() } : {}) },
    };
  }

  const fbp = createFbpServer({
    coordinator,
    secret: config.secret,
    runtime: { id: randomUUID(), label: 'queuelab', namespace: library.namespace },
    allowedOrigins,
    log,
  });
  const page = await listen(
    httpApi({
      coordinator,
      secret: config.secret,
      allowedOrigins,
      ...(file === undefined ? {} : { file: { id: file.id, path: basename(file.path) } }),
      health,
      metrics: metrics.registry,
      log,
    }),
    { host: config.host, port: config.fbpPort >= 0 ? config.fbpPort : config.port },
  );
  page.server.on('upgrade', fbp.handleUpgrade);
  life.onStop('the HTTP interface', () => page.close());
  life.onStop('the FBP protocol', () => fbp.close()); // before: a server is closed when all of its connections are
  log.info({ port: page.port, graph: file?.path ?? NO_GRAPH }, 'listening: HTTP, and the FBP protocol over WebSocket');
});
