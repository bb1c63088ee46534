// What happens, as flat events that New Relic and its like take in: one JSON object a line. guv sends the same names there.
import { createWriteStream, type WriteStream } from 'node:fs';
import type { Log } from '../shared/log.ts';
import { createRing, type Ring } from './ring.ts';

/** All that there is of them, with what each says beside eventType and timestamp. */
export interface EventTable {
  /** Replicas were asked for or sent away. */
  GuvScaled: {
    role: string;
    policy: string;
    jobs?: number | undefined;
    previousWorkers: number;
    workers: number;
    term: string;
    reason: string;
  };
  /** Something is wrong: a role, where it is one role's trouble. Sent once, when it begins. */
  GuvError: { role?: string; source: 'config' | 'policy' | 'platform' | 'broker'; error: string };
  /** A condition of a role has come, or is over. */
  GuvCondition: { role: string; condition: string; state: boolean; reason: string };
  GuvMode: { mode: string; previousMode: string };
  /** A person has set something of a role. */
  GuvSteered: { role: string; fixed?: number | undefined; paused?: string | undefined };
}

/** `timestamp` in seconds since the epoch. */
export type ScalerEvent = {
  [K in keyof EventTable]: { eventType: K; timestamp: number } & EventTable[K];
}[keyof EventTable];

export interface Events {
  emit<K extends keyof EventTable>(eventType: K, about: EventTable[K]): void;
  readonly ring: Ring<ScalerEvent>;
  close(): Promise<void>;
}

const KEPT = 1_000;
/** Beyond so many bytes that the disk has not taken yet, events are left out of the file. */
const LONGEST_BACKLOG = 1024 * 1024;

/** @param file lines are appended to it; `-` is standard output; undefined: none */
export function createEvents({ file, log, now }: { file?: string | undefined; log: Log; now: () => number }): Events {
  const ring = createRing<ScalerEvent>(KEPT);
  let out: WriteStream | NodeJS.WriteStream | undefined;
  if (file === '-') out = process.stdout;
  else if (file !== undefined) {
    out = createWriteStream(file, { flags: 'a' });
    out.on('error', (error) => {
      log.error({ err: error, file }, 'events are not written to their file any more');
      out = undefined;
    });
  }
  return {
    ring,
    emit(eventType, about) {
      const event = { eventType, timestamp: now(), ...about } as ScalerEvent;
      ring.add(event);
      if (out !== undefined && out.writableLength < LONGEST_BACKLOG) out.write(`${JSON.stringify(event)}\n`);
    },
    close: () =>
      new Promise((resolve) => {
        if (out === undefined || out === process.stdout) resolve();
        else out.end(() => resolve());
      }),
  };
}
