// Lets go on what is stopped where it stands, and what its keeper has put off for having ended too often: neither answers, nor can be started.
import { letGo } from '../faults/record.ts';
import type { RunningLab, ServiceView } from '../lab-view.ts';

/** @param services as they were seen last */
export async function resumeAll(lab: RunningLab, services: readonly ServiceView[]): Promise<void> {
  const all = services.flatMap(({ name: service, replicas }) =>
    replicas.map(({ name: replica, state, paused }) => ({ service, replica, state, paused })),
  );
  const paused = all.filter((one) => one.paused);
  // Without Docker these are started at once with what is down.
  const putOff = lab.mode === 'docker' ? all.filter(({ state }) => state === 'waiting') : [];
  await Promise.all([
    ...paused.map(({ service, replica }) => lab.resume({ service, replica })),
    ...putOff.map(({ service, replica }) => lab.restart({ service, replica })),
  ]);
  const names = paused.map(({ replica }) => replica);
  if (names.length > 0) await letGo('pause', names);
}
