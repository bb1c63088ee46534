// Which roles there are, from guv.yaml: nobody else is touched. The file is read again when it has changed; one that cannot be used
// leaves the last good one in force, and that is said.
import { readFile, stat } from 'node:fs/promises';
import { readGuvConfig } from '../shared/guv/read-config.ts';
import type { Log } from '../shared/log.ts';

export interface Role {
  role: string;
  /** The Compose service that is scaled. */
  service: string;
  maximum: number;
}

export interface Roles {
  /** @throws {Error} where the file cannot be used, and never could be */
  all(): Promise<Role[]>;
  /** Why the file as it stands is not the one that counts; undefined where it is. */
  problem(): string | undefined;
}

export function createRoles({ file, log }: { file: string; log: Log }): Roles {
  let roles: Role[] | undefined;
  let problem: string | undefined;
  let read = '';
  /** Whoever asks while the file is being read waits for the same reading. */
  let reading: Promise<void> | undefined;

  /** What changes when the file does. */
  async function mark(): Promise<string> {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs} ${size} ${ino}`;
  }

  async function readAgain(): Promise<void> {
    const { roles: settings } = readGuvConfig(await readFile(file, 'utf8'), file);
    roles = settings.map(({ role, worker, maximum }) => ({ role, service: worker, maximum }));
    problem = undefined;
    log.info({ file, roles: roles.map(({ role }) => role) }, 'roles read');
  }

  async function readIfChanged(): Promise<void> {
    try {
      const now = await mark();
      if (now === read) return;
      read = now;
      await readAgain();
    } catch (error) {
      const because = (error as Error).message;
      if (because !== problem) log.error({ err: error, file }, 'the roles cannot be read: the last good ones count');
      problem = because;
    }
  }

  return {
    async all() {
      reading ??= readIfChanged().finally(() => {
        reading = undefined;
      });
      await reading;
      if (roles === undefined) throw new Error(problem);
      return roles;
    },
    problem: () => problem,
  };
}
