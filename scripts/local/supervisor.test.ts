import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refused, type Runnable } from './replica-set.ts';
import { createSupervisor } from './supervisor.ts';

/** A service whose replicas do nothing and end when they are asked to. Counts its launches. */
function idle(name: string): { runnable: Runnable; launched: () => number } {
  let launched = 0;
  const runnable: Runnable = {
    service: {
      name,
      command: [],
      environment: {},
      ports: [],
      replicas: 1,
      dependsOn: [],
      mounts: [],
      stopGraceMs: 1_000,
      profiles: [],
    },
    prepare: async () => undefined,
    async launch() {
      launched += 1;
      const { promise: exited, resolve } = Promise.withResolvers<{ code: number; signal: null }>();
      return { pids: [], exited, stop: async () => resolve({ code: 0, signal: null }) };
    },
    check: async () => true,
    forget: () => undefined,
    most: 10,
  };
  return { runnable, launched: () => launched };
}

test('while all of it ends nothing is started any more, whoever asks for it', async () => {
  const worker = idle('worker');
  const supervisor = createSupervisor({ services: [worker.runnable], onChange: () => undefined, say: () => undefined });
  await supervisor.start();
  const ended = supervisor.stop();
  await assert.rejects(supervisor.add('worker', 2), { name: 'Refused', message: /the lab is ending/ });
  await assert.rejects(supervisor.scale('worker', 3), Refused);
  await supervisor.start('worker');
  await ended;
  await supervisor.start('worker');
  assert.equal(worker.launched(), 1);
  assert.deepEqual(
    supervisor.status().flatMap(({ replicas }) => replicas.map(({ name, state }) => `${name} ${state}`)),
    ['worker-1 down'],
  );
});
