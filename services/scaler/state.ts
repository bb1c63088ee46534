// What a scaler must know again after a restart: its mode, and what people have set of single roles. Kept in the broker as a global
// parameter, as the coordinator keeps its graphs: the scaler itself has no disk.
import { z } from 'zod';
import type { Log } from '../shared/log.ts';
import { type ManagementApi, ManagementError } from '../shared/messaging/management.ts';

export const MODES = ['off', 'advise', 'act'] as const;
/** off: looks, and says nothing of what should be. advise: says what it would do. act: does it. */
export type Mode = (typeof MODES)[number];

export const Steering = z.object({
  fixed: z.number().int().nonnegative().optional(),
  paused: z.enum(['both', 'in', 'out']).optional(),
});
export type Steering = z.infer<typeof Steering>;

const Remembered = z.object({ mode: z.enum(MODES), steering: z.record(z.string(), Steering) });
export type Remembered = z.infer<typeof Remembered>;

export interface State {
  /** Undefined where nothing is remembered. @throws {ManagementError} where the broker could not be asked */
  read(): Promise<Remembered | undefined>;
  /** Resolves with whether it is saved. What cannot be saved is tried again by the next call of `settle`. */
  save(what: Remembered): Promise<boolean>;
  /** Saves what could not be saved before; nothing to do most of the time. */
  settle(): Promise<void>;
}

const NOT_FOUND = 404;

export function createState(api: ManagementApi, vhost: string, log: Log): State {
  const name = `queuelab-scaler-${vhost}`;
  const path = `global-parameters/${encodeURIComponent(name)}`;
  let unsaved: Remembered | undefined;
  let saving: Promise<unknown> = Promise.resolve();
  let failed = false;

  async function write(): Promise<boolean> {
    const value = unsaved;
    if (value === undefined) return true; // a later call has saved it along
    try {
      await api.put(path, { name, value });
      if (unsaved === value) unsaved = undefined;
      failed = false;
      return true;
    } catch (error) {
      if (!failed) log.warn({ err: error }, 'the broker did not save mode and steering: a restart would forget them');
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
        if (error.status !== NOT_FOUND) log.warn({ err: error }, 'this user may not read what the broker remembers');
        return undefined;
      }
      const parsed = Remembered.safeParse(answer.value);
      if (!parsed.success) log.warn('the broker remembers a mode of another version: beginning anew');
      return parsed.data;
    },
    save(what) {
      unsaved = what;
      return inTurn();
    },
    settle: async () => void (unsaved !== undefined && (await inTurn())),
  };
}
