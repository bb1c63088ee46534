// What a coordinator must know again after a restart, kept where the bindings are kept: in the broker, as a global parameter. So it
// lives exactly as long as they do. Routing is live: a graph may say something else than its file.
import { z } from 'zod';
import type { Log } from '../shared/log.ts';
import { type ManagementApi, ManagementError } from '../shared/messaging/management.ts';

const Remembered = z.object({
  /** The text of the graph's file as it was last applied. */
  file: z.string().optional(),
  main: z.string().optional(),
  networks: z.array(
    z.object({
      id: z.string(),
      /** In the JSON form of a graph. */
      graph: z.unknown(),
      state: z.enum(['new', 'started', 'stopped']),
      startedAt: z.number().optional(),
      /** Initial packets still to be sent: their place among those of the graph. */
      pending: z.array(z.number().int()),
    }),
  ),
});
export type Remembered = z.infer<typeof Remembered>;

export interface Memory {
  /** Undefined where nothing is remembered. @throws {ManagementError} where the broker could not be asked */
  read(): Promise<Remembered | undefined>;
  /** Saved one after the other; the last one counts. What cannot be saved is logged: the flow does not depend on it. */
  save(what: Remembered): Promise<void>;
  /** Resolves when nothing is being saved. */
  saved(): Promise<void>;
}

const NOT_FOUND = 404;

export function createMemory(api: ManagementApi, vhost: string, log: Log): Memory {
  const name = `queuelab-graph-${vhost}`;
  const path = `global-parameters/${encodeURIComponent(name)}`;
  let saving: Promise<void> = Promise.resolve();
  let next: Remembered | undefined;
  let failed = false;

  async function write(): Promise<void> {
    if (next === undefined) return; // a later call has saved it along
    const value = next;
    next = undefined;
    try {
      await api.put(path, { name, value });
      failed = false;
    } catch (error) {
      if (!failed) log.warn({ err: error }, 'the broker did not save the graph: a restart begins with the file');
      failed = true;
    }
  }

  return {
    async read() {
      let answer: { value: unknown };
      try {
        answer = await api.get<{ value: unknown }>(path);
      } catch (error) {
        if (error instanceof ManagementError && error.status === NOT_FOUND) return undefined;
        if (error instanceof ManagementError && error.status !== undefined) {
          log.warn({ err: error }, 'this user may not read what the broker remembers: beginning with the file');
          return undefined;
        }
        throw error;
      }
      const parsed = Remembered.safeParse(answer.value);
      if (!parsed.success) log.warn('the broker remembers a graph of another version: beginning with the file');
      return parsed.data;
    },
    save(what) {
      next = what;
      saving = saving.then(write);
      return saving;
    },
    saved: () => saving,
  };
}
