// Starts the platform: the only hand on the replicas.
import { choice, readConfig, text, wholeNumber } from '../shared/config.ts';
import { type Health, listen } from '../shared/http.ts';
import { runService } from '../shared/lifecycle.ts';
import type { Log } from '../shared/log.ts';
import { composeNumbers } from './compose-numbers.ts';
import type { Driver } from './driver.ts';
import { createEvents } from './events.ts';
import { httpApi } from './http-api.ts';
import { createLateDriver } from './late-driver.ts';
import { createPlatformMetrics } from './metrics.ts';
import { createReplicas } from './replicas.ts';
import { createRoles } from './roles.ts';

interface DriverConfig {
  driver: 'docker' | 'process';
  dockerSocket: string;
  supervisorSocket: string;
  project: string;
  composeFile: string;
}

/** Only the driver that is wanted is loaded: without Docker there is no use for a client of its engine. */
async function openDriver(config: DriverConfig, log: Log): Promise<{ driver: Driver; leave: () => Promise<void> }> {
  if (config.driver === 'process') {
    const { createProcessDriver } = await import('./drivers/process.ts');
    return { driver: createProcessDriver({ socket: config.supervisorSocket }), leave: async () => {} };
  }
  const { createDockerDriver } = await import('./drivers/docker.ts');
  const { ownProject } = await import('./drivers/docker/own-project.ts');
  const { driver, opened } = createLateDriver('docker', async () => {
    const project = config.project || (await ownProject(config.dockerSocket));
    log.info({ project, socket: config.dockerSocket }, 'acting on the containers of this Compose project');
    const composeReplicas = composeNumbers(config.composeFile, log);
    return createDockerDriver({ socketPath: config.dockerSocket, project, composeReplicas, log });
  });
  async function leave(): Promise<void> {
    await opened()?.leave();
    opened()?.close();
  }
  return { driver, leave };
}

runService('platform', async (life) => {
  const config = readConfig({
    host: text('HOST', { fallback: '127.0.0.1' }),
    port: wholeNumber('PORT', { fallback: 9470, min: 0, max: 65_535 }),
    driver: choice('DRIVER', ['docker', 'process'], { fallback: 'docker' }),
    dockerSocket: text('DOCKER_SOCKET', { fallback: '/var/run/docker.sock' }),
    supervisorSocket: text('SUPERVISOR_SOCKET', { fallback: '.lab/supervisor.sock' }),
    project: text('COMPOSE_PROJECT', { fallback: '' }),
    composeFile: text('COMPOSE_FILE', { fallback: 'docker-compose.yml' }),
    guv: text('GUV', { fallback: 'guv.yaml' }),
    token: text('LAB_TOKEN', { fallback: '', secret: true }),
  });
  const { log, replica } = life;
  if (config.token === '') log.warn('LAB_TOKEN is not set: every request is refused');

  const watching = new AbortController();
  const { driver, leave } = await openDriver(config, log);
  const roles = createRoles({ file: config.guv, log });
  const events = createEvents();
  const metrics = createPlatformMetrics(replica);
  events.listen(metrics.count);
  events.listen(({ text: sentence, at: _, ...event }) => log.info(event, sentence));
  const replicas = createReplicas({ driver, roles, events, log });
  life.onStop('watching', () => watching.abort());
  replicas.watch(watching.signal);

  function health(): Health {
    const trouble = replicas.trouble();
    if (trouble !== undefined) return { ok: false, reason: trouble };
    const problem = roles.problem();
    return { ok: true, detail: { driver: driver.name, ...(problem === undefined ? {} : { guv: problem }) } };
  }

  const handler = httpApi({
    replicas,
    events,
    driver: driver.name,
    token: config.token,
    health,
    metrics: metrics.registry,
    log,
  });
  const page = await listen(handler, config);
  life.onStop('the HTTP interface', () => page.close());
  life.onStop('what is under way', leave); // first, while events are still heard
  log.info({ port: page.port, driver: driver.name }, 'listening');
});
