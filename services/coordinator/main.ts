// The coordinator: hears on the queue `fbp` who is there, and binds them as the graph file says. One for a vhost: `fbp` is a
// work queue, and two coordinators would each hear half of the participants.
import msgflo from 'msgflo-nodejs';
import { readConfig, text, url, wholeNumber } from '../shared/config.ts';
import { listen, operationsHandler } from '../shared/http.ts';
import { runService } from '../shared/lifecycle.ts';
import { declareDeadLetters } from '../shared/messaging/declarations.ts';
import { createManagement, vhostOf } from '../shared/messaging/management.ts';
import { type MessageBroker, registerTransport } from '../shared/messaging/transport.ts';
import { createMetrics } from '../shared/metrics.ts';
import { readGraph } from './graph.ts';
import { createParticipants } from './participants.ts';
import { setPolicies } from './policies.ts';
import { createWiring } from './wiring.ts';

/** How often silent participants are looked for, milliseconds. */
const SILENCE_CHECK_MS = 10_000;

runService('coordinator', async (life) => {
  const config = readConfig({
    host: text('HOST', { fallback: '127.0.0.1' }),
    port: wholeNumber('PORT', { fallback: 3569, min: 0, max: 65_535 }),
    amqpUrl: url('AMQP_URL', ['amqp', 'amqps']),
    managementUrl: url('MANAGEMENT_URL', ['http', 'https']),
    graph: text('GRAPH', { fallback: 'service.fbp' }),
  });
  const { log } = life;
  const graph = await readGraph(config.graph);
  const metrics = createMetrics({ role: 'coordinator', replica: life.replica });
  const participants = createParticipants();
  const management = createManagement(config.managementUrl, vhostOf(config.amqpUrl));

  registerTransport();
  const broker = msgflo.transport.getBroker(config.amqpUrl, {
    name: life.replica,
    log,
    background: true,
    managementUrl: config.managementUrl,
    onReconnect: () => {
      metrics.reconnects.inc();
      void prepare();
    },
  }) as MessageBroker;

  const wiring = createWiring(
    graph,
    participants,
    {
      bind: (src, tgt) =>
        new Promise((resolve, reject) => {
          broker.addBinding({ type: 'pubsub', src, tgt }, (error) => (error ? reject(error) : resolve()));
        }),
      declareDeadLetters: (queue) => broker.connection.withChannel((channel) => declareDeadLetters(channel, queue)),
    },
    log,
  );

  /** What a broker needs once for each of our connections to it. */
  async function prepare(): Promise<void> {
    await setPolicies(management, log);
    await wiring.restart();
  }

  broker.connect(() => {});
  broker.subscribeParticipantChange((message) => {
    const skipped = participants.hear(message.data);
    if (skipped !== undefined) log.warn({ why: skipped }, 'skipped an announcement');
    wiring.update().finally(() => broker.ackMessage(message));
  });
  life.onStop('the connection to the broker', () => new Promise((resolve) => broker.disconnect(() => resolve())));

  const silence = setInterval(() => {
    for (const { id } of participants.dropSilent()) log.info({ participant: id }, 'silent for ten minutes: dropped');
  }, SILENCE_CHECK_MS);
  life.onStop('the watch for silent participants', () => clearInterval(silence));

  const page = await listen(
    operationsHandler({
      health() {
        const state = broker.connection.state();
        if (!state.up) return { ok: false, reason: state.reason };
        const missing = wiring.missing();
        if (missing.length > 0) return { ok: false, reason: `not wired yet: ${missing.join(', ')}` };
        return { ok: true, detail: { edges: graph.edges.length, participants: participants.all().length } };
      },
      metrics: metrics.registry,
    }),
    config,
  );
  life.onStop('the operations page', () => page.close());

  void broker.connection.ready.then(async () => {
    await prepare();
    // Bindings outlive the coordinator, and participants announce themselves twice a minute: until then this is what is known.
    await management.bindings().then(wiring.adopt, (error: unknown) => {
      log.warn({ err: error }, 'could not read what is bound already: waiting for the participants');
    });
  });
});
