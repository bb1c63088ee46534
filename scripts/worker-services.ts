// The services that take work from queues, as docker-compose.yml has them: those that are told of the broker, and that nobody but the broker
// talks to, so that they publish no port. Each is called after its role.
import { readFileSync } from 'node:fs';
import { readComposeFile } from './local/compose-file.ts';
import { composeVariables } from './local/local-lab.ts';

/** @param composeFile the text of docker-compose.yml @returns their names, in the order of the file */
export function workersIn(composeFile: string, variables: NodeJS.ProcessEnv): string[] {
  return readComposeFile(composeFile, variables)
    .filter(({ environment, ports }) => environment.AMQP_URL !== undefined && ports.length === 0)
    .map(({ name }) => name);
}

/** Those of this folder's docker-compose.yml. */
export const workerServices = (): string[] =>
  workersIn(readFileSync('docker-compose.yml', 'utf8'), composeVariables('.', process.env));
