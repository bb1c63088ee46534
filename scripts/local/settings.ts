// What the services are told to do by .env: the variables that docker-compose.yml hands on by their names alone (`UNSAFE_MESSAGING:`). Not
// among them: ports, images, passwords and folders, which say where a lab is and not how it works.
import { parse } from 'yaml';
import { readComposeFile } from './compose-file.ts';

interface Services {
  services?: Record<string, { environment?: Record<string, unknown> } | null>;
}

/** The names of all of them, in the order of the file. */
export function settingNames(composeFile: string): string[] {
  const { services = {} } = (parse(composeFile, { merge: true }) ?? {}) as Services;
  const named = Object.values(services).flatMap((service) => Object.entries(service?.environment ?? {}));
  return [...new Set(named.flatMap(([name, value]) => (value === null ? [name] : [])))];
}

/** Those that are set, as the services get them. */
export function settingsOf(
  composeFile: string,
  variables: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const names = settingNames(composeFile);
  const all = readComposeFile(composeFile, variables).flatMap(({ environment }) => Object.entries(environment));
  return Object.fromEntries(all.filter(([name]) => names.includes(name)));
}

/** The names that one says otherwise than the other. */
export const differing = (a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]).sort();
