// Which Compose project we are in: it stands on our own container, whose id is our host name.
import { hostname } from 'node:os';
import { DriverError } from '../../driver.ts';
import { createEngine } from './engine.ts';
import { PROJECT } from './labels.ts';

/** @throws {DriverError} where the engine does not answer, or this is no container of a project */
export async function ownProject(socketPath: string): Promise<string> {
  const hint = 'set COMPOSE_PROJECT to the project whose replicas are meant';
  const own = await createEngine(socketPath)
    .inspect(hostname())
    .catch((error: unknown) => {
      if (error instanceof DriverError && error.kind === 'unreachable') throw error;
      throw new DriverError('refused', `the platform does not run in a container here: ${hint}`, { cause: error });
    });
  const project = own.Config.Labels[PROJECT];
  if (project === undefined) throw new DriverError('refused', `the platform's container is none of Compose: ${hint}`);
  return project;
}
