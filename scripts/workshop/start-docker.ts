// Brings the lab on Docker to what docker-compose.yml and .env say: starts what is down, ends what is too much, makes anew what differs.
import { CannotRun } from '../command.ts';
import { aloud, composeAloud, dockerLab } from '../docker-lab.ts';
import { notHealthy, type ServiceView } from '../lab-view.ts';
import { until } from '../local/processes.ts';
import { composeNumbers } from './compose-numbers.ts';

/** What all others wait for. */
const BACKENDS = ['rabbitmq', 'postgres'];
/** One that was away for long is called healthy again at its next check but one. */
const RECOVERS_MS = 30_000;
const LOOK_EVERY_MS = 400;

const isBackend = ({ name }: ServiceView): boolean => BACKENDS.includes(name);
const isUnhealthy = ({ replicas }: ServiceView): boolean => replicas.some(({ state }) => state === 'unhealthy');

/** The containers that are down, of as many as docker-compose.yml has of their service. */
function down(services: readonly ServiceView[]): string[] {
  const numbers = composeNumbers();
  return services.flatMap(({ name, replicas }) =>
    replicas
      .slice(0, numbers.get(name) ?? 0)
      .filter(({ state }) => state === 'down')
      .map((replica) => replica.name),
  );
}

/** Begins with what takes longest: to be called before anything else is done. Resolves before they are healthy. */
export async function startBackends(services: readonly ServiceView[]): Promise<void> {
  const names = down(services.filter(isBackend));
  if (names.length > 0) await aloud('start', ...names); // what it could not start Compose will tell
}

/**
 * @param services as they were seen last; where a backend is not healthy Compose would wait for it, and start the others then. Workers can wait
 *   for it themselves: all are started at once
 * @throws {CannotRun}
 */
export async function startOnDocker(services: readonly ServiceView[]): Promise<void> {
  const names = down(services);
  const waits = services.some((one) => isBackend(one) && one.replicas.some(({ state }) => state !== 'healthy'));
  if (waits && names.length > 0) await aloud('start', ...names);
  // Compose gives up at once on one that is unhealthy, although it may be on its way back.
  const noneIsUnhealthy = async () => !(await dockerLab.services()).some(isUnhealthy);
  if (services.some(isUnhealthy)) await until(noneIsUnhealthy, { limitMs: RECOVERS_MS, everyMs: LOOK_EVERY_MS });
  if ((await composeAloud('up', '-d', '--wait')) === 0) return;
  const left = async (): Promise<string[]> => notHealthy(await dockerLab.services());
  await until(async () => (await left()).length === 0, { limitMs: RECOVERS_MS, everyMs: LOOK_EVERY_MS });
  // Also where all is healthy now: Compose may have given up before it had made all of it what docker-compose.yml and .env say.
  if ((await composeAloud('up', '-d', '--wait')) === 0) return;
  const still = await left();
  if (still.length === 0) throw new CannotRun('docker compose up failed, see above');
  throw new CannotRun(`not healthy: ${still.join(', ')}; ./lab logs <service> may say why`);
}
