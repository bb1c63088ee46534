// A small lab for what holds the ledger against the broker: both real, a front end that answers /ledger and /jobs, and a store where one is wanted.
// What the other roles would do a test does by hand.

import type { AddressInfo } from 'node:net';
import { connect } from 'amqplib';
import express from 'express';
import { v7 as uuid } from 'uuid';
import { jobSummary, jobView } from '../../services/frontend/job-view.ts';
import { createLedgerRoutes } from '../../services/frontend/ledger-routes.ts';
import { answerProblems } from '../../services/frontend/problem-response.ts';
import { createDatabase } from '../../services/shared/database.ts';
import { acceptJob } from '../../services/shared/ledger/accept.ts';
import { markPublished } from '../../services/shared/ledger/outbox.ts';
import { listJobs, readJobWithItems } from '../../services/shared/ledger/read.ts';
import { createLog } from '../../services/shared/log.ts';
import { itemId } from '../../services/shared/messages.ts';
import { declareDeadLetters, declareQueue } from '../../services/shared/messaging/declarations.ts';
import { startParticipant } from '../../services/shared/messaging/participant.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import { migrate } from '../../services/shared/migrate.ts';
import { createStore } from '../../services/store/store-result.ts';
import { openBroker, type Scope } from './broker.ts';
import { openDatabase } from './database.ts';

const log = createLog('test', 'test', 'silent');
const spec = { source: 'sample:harbour', width: 320, height: 240, fit: 'cover', format: 'jpeg' } as const;

/** Queues `resize.IN` and `store.IN` with their dead letters. @param scope undoes in reverse: `undoStack` */
export async function openLedgerLab(scope: Scope) {
  const broker = await openBroker(scope);
  const { url } = await openDatabase(scope);
  const database = createDatabase({ url, name: 'test', log });
  scope.after(() => database.close());
  await migrate(database, { log });

  const routes = createLedgerRoutes({ database, web: { health: () => ({ ok: true }) } });
  const app = express().set('query parser', 'simple').get('/ledger', routes.audit);
  app.get('/jobs', async (_, response) => {
    response.json({ jobs: (await listJobs(database, { limit: 1 })).map((job) => jobSummary(job)), next: null });
  });
  app.get('/jobs/:id', async (request, response) => {
    const found = await readJobWithItems(database, request.params.id);
    if (found === undefined) response.status(404).json({ detail: `No job has the id ${request.params.id}.` });
    else response.json(jobView(found));
  });
  app.use(answerProblems(log));
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  scope.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const plain = await connect(broker.url);
  scope.after(() => plain.close());
  const channel = await plain.createConfirmChannel();
  for (const queue of ['resize.IN', 'store.IN']) {
    await declareQueue(channel, queue);
    await declareDeadLetters(channel, queue);
  }

  const send = async (queue: string, messages: readonly object[], headers = {}): Promise<void> => {
    for (const message of messages) {
      channel.sendToQueue(queue, Buffer.from(JSON.stringify(message)), { persistent: true, headers });
    }
    await channel.waitForConfirms();
  };
  const item = (job: string, index: number) => ({ item: itemId(job, index), job, index });

  return {
    database,
    channel,
    send,
    item,
    /** As `./lab` knows a running lab. */
    addresses: {
      frontend: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      amqp: broker.url,
      management: broker.managementUrl,
      database: url,
    },
    /** Stores a job of so many items and publishes them to `queue`; answers with its id. */
    async submit(size: number, { queue = 'resize.IN' } = {}): Promise<string> {
      const job = uuid();
      const items = Array.from({ length: size }, () => spec);
      await acceptJob(database, { id: job, mode: 'queue', items, requestHash: 'hash', publishLeaseMs: 30_000 });
      await send(
        queue,
        items.map((_, index) => item(job, index)),
      );
      await markPublished(database, job);
      return job;
    },
    /** What a worker sends to `store.IN` of an item that it could not do. */
    failure: (job: string, index: number) => ({
      ...item(job, index),
      error: { code: 'not-a-picture', reason: 'It is a poem.', role: 'resize', attempts: 1 },
    }),
    /** Takes what waits in `store.IN` from now on. */
    async startStore(): Promise<void> {
      const metrics = createMetrics({ role: 'store', replica: 'store-1' });
      const store = createStore({ database, metrics, log, prefetch: 20, batch: { size: 10, waitMs: 10 } });
      const participant = startParticipant(store.definition, { url: broker.url, replica: 'store-1', log, metrics });
      scope.after(() => participant.drain());
      await participant.ready;
    },
  };
}
