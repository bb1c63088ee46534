import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exampleComparison } from './example-comparison.ts';
import { coresSentence, fairReplicas, thisMachine } from './machine.ts';

test('where the work is limited by its cores, it has as many in the workers as in the front end', () => {
  assert.equal(fairReplicas({ frontend: 1, resize: 0.5 }), 2);
  assert.equal(fairReplicas({ frontend: 0.5, resize: 1 }), 1);
  assert.equal(fairReplicas({}), undefined);
});

test('the cores of both ways are told', () => {
  const machine = { ...exampleComparison.machine, cpus: { frontend: 1, resize: 0.5, caption: 0.5, store: 0.5 } };
  assert.equal(
    coresSentence(machine, { resize: 2, caption: 1, store: 1 }),
    "Inside the request everything has the front end's 1 core; in the workers what is limited by its cores has 1 core (resize 2 × 0.5). " +
      'caption 1 × 0.5 and store 1 × 0.5 wait for others more than they compute.',
  );
});

test('plain processes have no limits, and that is said', () => {
  assert.match(
    coresSentence({ ...exampleComparison.machine, mode: 'local' }, {}),
    /each use all 2 cores of this machine/,
  );
});

test('the limits are those of docker-compose.yml', () => {
  const { cpus, cores } = thisMachine('docker');
  assert.ok(cores >= 1);
  assert.deepEqual([cpus.frontend, cpus.resize], [1, 0.5]);
});
