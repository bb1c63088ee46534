// Hears what happens to the project's containers, for as long as it is wanted: when the stream ends, it is opened again, and what has
// happened meanwhile is heard first.
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from '../../../shared/log.ts';
import type { Engine } from './engine.ts';
import type { EngineEvent } from './marks.ts';

/** On the first connection, what was said in the last minute: a replica that was told to end before we came is draining all the same. */
const LOOK_BACK_SECONDS = 60;
const RETRY_MS = 1_000;
/** Each replica's health check is one, every five seconds. */
const NOISE = /^(exec_|health_status|top|attach|resize|archive|copy|export)/;

interface Watching {
  engine: Engine;
  project: string;
  onEvent: (event: EngineEvent) => void;
  /** Something may have changed: an event came, or the stream was opened again. */
  onChange: () => void;
  log: Log;
  signal: AbortSignal;
}

/** Ends with the signal. Never rejects. */
export async function watchEvents({ engine, project, onEvent, onChange, log, signal }: Watching): Promise<void> {
  let since = Math.floor(Date.now() / 1000) - LOOK_BACK_SECONDS;
  let seen = 0;
  let wasThere = true;

  const hear = (line: string): void => {
    const event = JSON.parse(line) as EngineEvent;
    // The engine takes whole seconds for `since`, and so tells the last second's events a second time.
    if (NOISE.test(event.Action) || event.timeNano <= seen) return;
    seen = event.timeNano;
    since = Math.floor(event.timeNano / 1e9);
    onEvent(event);
    onChange();
  };

  while (!signal.aborted) {
    try {
      const stream = await engine.events(project, since, signal);
      if (!wasThere) log.info('the engine answers again');
      wasThere = true;
      onChange();
      for await (const line of createInterface({ input: stream })) if (line !== '') hear(line);
    } catch (error) {
      if (!signal.aborted && wasThere) log.warn({ err: error }, 'the events of the engine have ended: trying again');
      wasThere = false;
    }
    await wait(RETRY_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}
