// What accepting costs: a job is checked, stored, committed, published and confirmed before it is answered 202. How many a second, beside
// a handler that only publishes; and whether a long queue makes the door slower. About five minutes; needs Docker.
import { measureBacklog } from './accept/backlog.ts';
import { openStage } from './accept/stage.ts';
import { measureThroughput } from './accept/throughput.ts';
import type { Figures } from './main.ts';

export async function run(progress: (line: string) => void): Promise<Figures> {
  const stage = await openStage(progress);
  try {
    return { ...(await measureThroughput(stage, progress)), ...(await measureBacklog(stage, progress)) };
  } finally {
    await stage.remove();
  }
}
