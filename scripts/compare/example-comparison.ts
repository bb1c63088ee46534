// A small comparison for tests of the reports: eight jobs, of which scaling off does five too late or not at all.
import type { Comparison, Fate, Run, Sample } from './comparison.ts';

function fate(due: number, seconds: number | null, outcome: Fate['outcome'] = 'done'): Fate {
  return { due, seconds, outcome };
}

function sample(
  at: number,
  [arrived, done, inDeadline]: [number, number, number],
  backlog: number,
  resize: number,
): Sample {
  return {
    at,
    ...{ arrived, done, inDeadline },
    roles: { resize: { backlog, replicas: resize }, store: { backlog: 1, replicas: 1 } },
  };
}

const off: Run = {
  name: 'scaling off',
  startedAt: '2026-01-31T12:00:00.000Z',
  seconds: 30,
  fates: [
    fate(0.5, 1),
    fate(1, 2),
    fate(1.2, 10),
    fate(2, 12),
    fate(2.5, 18.5),
    fate(3, 24),
    fate(3.5, null, 'unfinished'),
    fate(4, null, 'refused'),
  ],
  samples: [sample(1, [1, 0, 0], 1, 1), sample(10, [8, 3, 3], 5, 1), sample(30, [8, 6, 3], 0, 1)],
  held: {},
  replicaSeconds: { resize: 30, store: 30 },
};

const on: Run = {
  name: 'scaling on',
  startedAt: '2026-01-31T12:02:00.000Z',
  seconds: 12,
  fates: off.fates.map(({ due }, i) => fate(due, i === 7 ? 10.5 : 1 + i / 2)),
  samples: [sample(1, [1, 0, 0], 1, 1), sample(6, [8, 4, 4], 3, 4), sample(12, [8, 8, 7], 0, 4)],
  held: {},
  replicaSeconds: { resize: 37.6, store: 12 },
};

export const exampleComparison: Comparison = {
  what: 'scaling',
  load: { shape: 'flash', rate: 2, seconds: 5, seed: 1, set: 1, sample: 'harbour', size: '320x240' },
  deadline: 10,
  patience: 60,
  machine: {
    cores: 2,
    model: 'Example 1 GHz',
    memoryBytes: 8 * 1024 ** 3,
    system: 'Linux 6.1',
    mode: 'docker',
    cpus: { frontend: 1, resize: 0.5, store: 0.5 },
  },
  replicas: { resize: 1, store: 1 },
  command:
    './lab compare --shape flash --rate 2 --for 5s --seed 1 --set 1 --deadline 10 --sample harbour --size 320x240',
  runs: [off, on],
};
