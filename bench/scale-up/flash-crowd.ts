// A flash crowd of three minutes, the same arrivals twice: with one replica whatever comes, and with the scaler.
import { allArrivals } from '../../services/shared/arrivals/arrivals.ts';
import type { Load } from '../../services/shared/arrivals/load.ts';
import { type BenchLab, MOST, until } from './bench-lab.ts';
import { inDeadline, sendAt, visitsOf } from './traffic.ts';

const SEED = 1;
const QUIET = 0.5;
const CROWD = 6;

/** Half a job a second; from one minute on, for one minute, six. */
const load: Load = {
  name: 'flash crowd',
  seconds: 180,
  peak: CROWD,
  rate: (t) => (t >= 60 && t < 120 ? CROWD : QUIET),
};

/** Share in the deadline, in percent. */
export async function flashCrowd(
  lab: BenchLab,
  progress: (line: string) => void,
): Promise<{ off: number; on: number }> {
  const times = [...allArrivals(load, SEED)];
  const run = async (mode: 'off' | 'act'): Promise<number> => {
    await lab.mode('off');
    await lab.scaleTo(1);
    await lab.mode(mode);
    const ids = await sendAt(lab, times);
    await lab.mode('off');
    await lab.ask(MOST); // what is left is late already: it is only to be done soon
    const visits = await visitsOf(lab, ids);
    await until('nothing waits', async () => (await lab.backlog()) === 0);
    const share = inDeadline(visits);
    progress(`flash crowd of ${times.length} pictures, scaler ${mode}: ${share.toFixed(1)} % in the deadline`);
    return share;
  };
  return { off: await run('off'), on: await run('act') };
}
