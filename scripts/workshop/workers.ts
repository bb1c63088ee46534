// What is done to the services that take work from queues, and asked of how they take it.
import type { RunningLab } from '../lab-view.ts';
import { workerServices } from '../worker-services.ts';

const ASK_MS = 2_000;

/** SIGKILL: what they have in hand goes back to its queue; where they had it in memory only (UNSAFE_MESSAGING), it is gone. */
export async function killWorkers(
  lab: Pick<RunningLab, 'services' | 'kill'>,
  which: readonly string[] = workerServices(),
): Promise<void> {
  const services = await lab.services();
  const running = services.filter(
    ({ name, replicas }) => which.includes(name) && replicas.some(({ state }) => state !== 'down'),
  );
  await Promise.all(running.map(({ name }) => lab.kill({ service: name }, 'SIGKILL')));
}

/** Whether the lab runs without its guarantees, as its front end says; false where that cannot be asked. */
export async function isUnsafe(frontend: string | undefined): Promise<boolean> {
  if (frontend === undefined) return false;
  try {
    const response = await fetch(`${frontend}/metrics`, { signal: AbortSignal.timeout(ASK_MS) });
    return /^queuelab_messaging_unsafe(\{[^}]*\})? 1$/m.test(await response.text());
  } catch {
    return false;
  }
}
