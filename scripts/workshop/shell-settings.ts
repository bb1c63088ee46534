// What a shell says of the services' settings does not count where the lab is to be as at the beginning: .env alone does. Ports, folders
// and passwords stay as the shell has them, for without them the lab would be another one.
import { readFileSync } from 'node:fs';
import { settingNames } from '../local/settings.ts';

/** Takes them out of this process's environment, and so out of that of all it starts, and says which were there. */
export function dropShellSettings(say: (line: string) => void): void {
  const names = settingNames(readFileSync('docker-compose.yml', 'utf8'));
  const found = names.filter((name) => process.env[name] !== undefined);
  for (const name of found) delete process.env[name];
  if (found.length > 0) say(`${found.join(', ')} of this shell: not counted, the lab gets what .env says`);
}
