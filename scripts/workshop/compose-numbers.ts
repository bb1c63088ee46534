// How many replicas of each service docker-compose.yml has: the numbers of the beginning.
import { readFileSync } from 'node:fs';
import { readComposeFile } from '../local/compose-file.ts';
import { composeVariables } from '../local/local-lab.ts';

/** By the service's name; those of a profile are not among them. */
export function composeNumbers(): Map<string, number> {
  const services = readComposeFile(readFileSync('docker-compose.yml', 'utf8'), composeVariables('.', process.env));
  const always = services.filter(({ profiles }) => profiles.length === 0);
  return new Map(always.map(({ name, replicas }) => [name, replicas]));
}
