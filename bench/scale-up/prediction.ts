// Ten minutes of the lab, and what the simulator says of the very same arrivals: how far may it be believed?
//
// The simulator is told what was measured before the run, the time of a call and of a start, and nothing of the run itself.
import { setTimeout as pause } from 'node:timers/promises';
import { deadline } from '../../services/scaler/policies/deadline.ts';
import { simulate } from '../../services/scaler/simulator/simulate.ts';
import { allArrivals } from '../../services/shared/arrivals/arrivals.ts';
import type { Load } from '../../services/shared/arrivals/load.ts';
import { readGuvConfig } from '../../services/shared/guv/read-config.ts';
import { type BenchLab, GUV, type RoleStatus, until } from './bench-lab.ts';
import { inDeadline, sendAt, sendPictures, visitsOf } from './traffic.ts';

const SEED = 7;
const MINUTES = 10;
const CALIBRATION = 40;
/** The broker's statistics in the lab: services/rabbitmq/lab.conf. Seconds. */
const STATISTICS_EVERY = 1;

/** Slow waves with a step in them: 1 to 5 jobs a second. */
const load: Load = {
  name: 'waves',
  seconds: MINUTES * 60,
  peak: 6.5,
  rate: (t) => 3 + 2 * Math.sin((2 * Math.PI * t) / 240) + (t > 400 && t < 460 ? 1.5 : 0),
};

export interface Outcome {
  /** Percent. */
  inDeadline: number;
  replicaSeconds: number;
}

const sum = (cost: RoleStatus['cost']): number => cost.working + cost.idle + cost.booting + cost.draining;

/** Mean and standard deviation of what one replica takes for a picture, in seconds. */
async function serviceTime(lab: BenchLab): Promise<{ mean: number; stddev: number }> {
  await lab.mode('off');
  await lab.scaleTo(2);
  const visits = await visitsOf(lab, [await sendPictures(lab, CALIBRATION)]);
  // From taking one picture to taking the next: what the worker does around its handler is part of it.
  const taken = Map.groupBy(visits, ({ replica }) => replica);
  const seconds = [...taken.values()].flatMap((some) => {
    const starts = some.map(({ startedAt }) => startedAt).sort((a, b) => a - b);
    return starts.slice(1).map((start, n) => (start - starts[n]!) / 1000);
  });
  const mean = seconds.reduce((total, one) => total + one, 0) / seconds.length;
  const variance = seconds.reduce((total, one) => total + (one - mean) ** 2, 0) / (seconds.length - 1);
  return { mean, stddev: Math.sqrt(variance) };
}

export async function prediction(
  lab: BenchLab,
  bootSeconds: number,
  progress: (line: string) => void,
): Promise<{ live: Outcome; simulated: Outcome }> {
  const service = await serviceTime(lab);
  progress(
    `a picture takes ${service.mean.toFixed(2)} s, give or take ${service.stddev.toFixed(2)}; a start ${bootSeconds.toFixed(2)} s`,
  );
  await lab.scaleTo(1);
  await until('nothing waits', async () => (await lab.backlog()) === 0);
  const times = [...allArrivals(load, SEED)];
  await lab.mode('act');
  const before = sum((await lab.status()).cost);
  const begun = performance.now();
  const sent = sendAt(lab, times);
  await pause(load.seconds * 1000 - (performance.now() - begun));
  const replicaSeconds = sum((await lab.status()).cost) - before;
  const visits = await visitsOf(lab, await sent);
  const live = { inDeadline: inDeadline(visits), replicaSeconds };
  progress(`live: ${live.inDeadline.toFixed(1)} % of ${times.length}, ${replicaSeconds.toFixed(0)} replica-seconds`);
  await lab.mode('off');

  const [settings] = readGuvConfig(GUV).roles;
  const report = simulate({
    load,
    seed: SEED,
    observation: { every: STATISTICS_EVERY, lost: 0 },
    roles: [
      {
        settings: settings!,
        policy: deadline,
        service: () => ({ kind: 'lognormal', ...service }),
        boot: { kind: 'constant', mean: bootSeconds },
        initial: 1,
      },
    ],
  }).roles[0]!;
  const simulated = { inDeadline: 100 * report.attainment, replicaSeconds: sum(report.replicaSeconds) };
  progress(`simulated: ${simulated.inDeadline.toFixed(1)} %, ${simulated.replicaSeconds.toFixed(0)} replica-seconds`);
  return { live, simulated };
}
