// From the first request over capacity to the first extra replica that works.
import { type BenchLab, until } from './bench-lab.ts';
import { sendPictures, visitsOf } from './traffic.ts';

/** Two minutes of work for one replica, at once. */
const FLOOD = 100;

/** Seconds, one a round. */
export async function firstExtra(lab: BenchLab, rounds: number, progress: (line: string) => void): Promise<number[]> {
  const took: number[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    await lab.mode('off');
    await lab.scaleTo(1);
    const [before] = await visitsOf(lab, [await sendPictures(lab, 1)]);
    await lab.mode('act');
    const sentAt = Date.now();
    const visits = await visitsOf(lab, [await sendPictures(lab, FLOOD)]);
    const others = visits.filter(({ replica }) => replica !== before!.replica);
    took.push((Math.min(...others.map(({ startedAt }) => startedAt)) - sentAt) / 1000);
    const replicas = new Set(visits.map(({ replica }) => replica)).size;
    progress(
      `the first extra replica worked after ${took.at(-1)!.toFixed(2)} s; ${replicas} shared the ${FLOOD} pictures`,
    );
    await until('nothing waits', async () => (await lab.backlog()) === 0);
  }
  return took;
}
