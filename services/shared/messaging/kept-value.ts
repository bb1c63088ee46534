// A value that is kept in the broker, as a global parameter: for services that have no disk. It lives exactly as long as the broker's data.
import type { z } from 'zod';
import type { Log } from '../log.ts';
import { type ManagementApi, ManagementError } from './management.ts';

export interface KeptValue<T> {
  /** Undefined where nothing is kept that can be read. @throws {ManagementError} where the broker could not be asked */
  read(): Promise<T | undefined>;
  /** Values are saved one after the other; the last one counts. Resolves with whether it is saved; what is not is logged. */
  save(value: T): Promise<boolean>;
  /** Tries again what could not be saved, and resolves when nothing is being saved. */
  settle(): Promise<void>;
}

const NOT_FOUND = 404;

/**
 * @param parts.name of the parameter; one for each vhost
 * @param parts.what it is, in words for the log: `the graph`
 */
export function createKeptValue<T>(parts: {
  api: ManagementApi;
  name: string;
  schema: z.ZodType<T>;
  what: string;
  log: Log;
}): KeptValue<T> {
  const { api, name, schema, what, log } = parts;
  const path = `global-parameters/${encodeURIComponent(name)}`;
  let unsaved: { value: T } | undefined;
  let saving: Promise<unknown> = Promise.resolve();
  let failed = false;

  async function write(): Promise<boolean> {
    const taken = unsaved;
    if (taken === undefined) return true; // a later call has saved it along
    try {
      await api.put(path, { name, value: taken.value });
      if (unsaved === taken) unsaved = undefined;
      failed = false;
      return true;
    } catch (error) {
      if (!failed) log.warn({ err: error }, `the broker did not save ${what}: a restart would forget it`);
      failed = true;
      return false;
    }
  }

  function inTurn(): Promise<boolean> {
    const turn = saving.then(write);
    saving = turn;
    return turn;
  }

  return {
    async read() {
      let answer: { value: unknown };
      try {
        answer = await api.get<{ value: unknown }>(path);
      } catch (error) {
        if (!(error instanceof ManagementError) || error.status === undefined) throw error;
        if (error.status >= 500) throw error; // it is not up yet
        if (error.status !== NOT_FOUND) log.warn({ err: error }, `this user may not read ${what} from the broker`);
        return undefined;
      }
      const parsed = schema.safeParse(answer.value);
      if (!parsed.success) log.warn(`the broker keeps ${what} of another version: beginning anew`);
      return parsed.data;
    },
    save(value) {
      unsaved = { value };
      return inTurn();
    },
    settle: async () => void (await inTurn()),
  };
}
