// How many replicas docker-compose.yml gives a service, for whoever wants to go back to that.
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Log } from '../shared/log.ts';

interface ComposeService {
  scale?: number | string;
  deploy?: { replicas?: number | string };
}

/** `${RESIZE_REPLICAS:-2}`: what it is where the variable is not set. Compose's own variables are not known here. */
const plain = (given: number | string): number => Number(String(given).replace(/^\$\{\w+:?-(\d+)\}$/, '$1'));

/** One, where the file does not say. */
export function readComposeNumbers(text: string): Map<string, number> {
  const services: Record<string, ComposeService | null> = parse(text, { merge: true })?.services ?? {};
  return new Map(
    Object.entries(services).map(([name, service]) => {
      const number = plain(service?.scale ?? service?.deploy?.replicas ?? 1);
      return [name, Number.isInteger(number) && number >= 0 ? number : 1];
    }),
  );
}

/** Reads the file each time, as it may be edited; one that cannot be read says one of each, and is told once. */
export function composeNumbers(file: string, log: Log): (service: string) => number {
  let told = false;
  return (service) => {
    try {
      return readComposeNumbers(readFileSync(file, 'utf8')).get(service) ?? 1;
    } catch (error) {
      if (!told) log.warn({ err: error, file }, 'the Compose file cannot be read: its numbers are taken to be 1');
      told = true;
      return 1;
    }
  };
}
