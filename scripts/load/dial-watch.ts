// Stays with a load that runs: a line each second, + and - to turn it, q to leave it running, Ctrl-C to stop what was started here.
import type { LoadState } from '../../services/dial/dial.ts';
import { type LoadChange, swings } from '../../services/dial/settings.ts';
import type { RoleStatus } from '../../services/scaler/live-role.ts';
import { CannotRun } from '../command.ts';
import type { LabAddresses } from '../lab-view.ts';
import { askScaler } from '../scaled-role.ts';
import type { ServiceClient } from '../service-client.ts';
import { paint } from '../terminal.ts';
import { heading, line, summary } from './dial-line.ts';

const TURN = 1.25;
const HEADING_EVERY = 20;
const CTRL_C = '\u0003';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface WatchOptions {
  /** Where the scaler is asked for the backlog. */
  addresses: LabAddresses;
  /** Whether the load was started by this command: then it ends with it. */
  started: boolean;
  /** States as lines of JSON, and no keys. */
  json: boolean;
}

type Leaving = 'detach' | 'interrupt';

/** A change of the rate, and of the lowest with it, where the shape has one. */
export function turned({ settings }: LoadState, factor: number): LoadChange {
  if (settings === null) return {};
  const times = (value: number): number => Number((value * factor).toPrecision(3));
  return { rate: times(settings.rate), ...(swings(settings.shape) ? { low: times(settings.low) } : {}) };
}

/** Hears keys and signals until it is told to stop listening. */
function listen(onKey: (key: string) => void, onLeave: (how: Leaving) => void, keys: boolean): () => void {
  const interrupt = (): void => onLeave('interrupt');
  const onData = (data: Buffer): void => {
    for (const key of data.toString()) {
      if (key === CTRL_C) onLeave('interrupt');
      else if (key === 'q') onLeave('detach');
      else onKey(key);
    }
  };
  for (const signal of SIGNALS) process.on(signal, interrupt);
  if (keys) process.stdin.setRawMode(true).on('data', onData).resume();
  return () => {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    if (keys) process.stdin.off('data', onData).pause().setRawMode(false);
  };
}

/** Resolves when the load has ended, or somebody leaves it. */
export async function watchLoad(client: ServiceClient, { addresses, started, json }: WatchOptions): Promise<void> {
  const leaving = new AbortController();
  let left: Leaving | undefined;
  let last: LoadState | undefined;
  let roles: readonly RoleStatus[] = [];
  const keys = !json && process.stdin.isTTY === true && process.stdout.isTTY === true;

  function onKey(key: string): void {
    const factor = { '+': TURN, '=': TURN, '-': 1 / TURN }[key];
    if (factor === undefined || last === undefined) return;
    client.put<LoadState>('/load', turned(last, factor)).then(
      (state) => {
        last = state;
      },
      (error: Error) => console.log(paint('yellow', error.message)),
    );
  }

  const stopListening = listen(
    onKey,
    (how) => {
      left ??= how;
      leaving.abort();
    },
    keys,
  );
  try {
    if (keys) console.log(paint('dim', '+ and - turn it, q leaves it running, Ctrl-C ends this'));
    let shown = 0;
    for await (const text of client.stream('/load/stream?every=1', leaving.signal)) {
      if (text === '') continue;
      const state = JSON.parse(text) as LoadState;
      last = state;
      // Not waited for: a scaler that does not answer holds nothing up.
      void askScaler(addresses).then((status) => {
        roles = status?.roles ?? [];
      });
      if (json) console.log(text);
      else {
        if (shown % HEADING_EVERY === 0) console.log(heading());
        console.log(line(state, roles));
      }
      shown += 1;
      if (!state.running) return;
    }
    if (left === undefined) throw new CannotRun('the dial has ended, and the load with it');
    if (left === 'interrupt' && started) last = await client.send<LoadState>('DELETE', '/load');
  } finally {
    stopListening();
    if (!json && last !== undefined) {
      const goesOn = last.running && left !== undefined;
      console.log(`${summary(last)}${goesOn ? '\nthe load goes on; ./lab load dial --off stops it' : ''}`);
    }
  }
}
