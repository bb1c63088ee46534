// How busy the cores of the host are, between two looks. In a container it is the whole host that /proc shows, which is what counts here.
import { cpus } from 'node:os';

/** The share of all cores that was busy since the last call, 0 to 1; undefined at the first call, and where no time has passed. */
export function createHostCpu(read: () => { busy: number; all: number } = ticks): () => number | undefined {
  let before: { busy: number; all: number } | undefined;
  return () => {
    const now = read();
    const last = before;
    before = now;
    if (last === undefined || now.all <= last.all) return undefined;
    return Math.min(1, Math.max(0, (now.busy - last.busy) / (now.all - last.all)));
  };
}

function ticks(): { busy: number; all: number } {
  let busy = 0;
  let all = 0;
  for (const { times } of cpus()) {
    const working = times.user + times.nice + times.sys + times.irq;
    busy += working;
    all += working + times.idle;
  }
  return { busy, all };
}
