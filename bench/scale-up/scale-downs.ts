// Scale-downs under load: a replica that is told to end finishes what is in its hands, so that no message is handed out a second time.
import { setTimeout as pause } from 'node:timers/promises';
import type { BenchLab } from './bench-lab.ts';
import { sendPictures, visitsOf } from './traffic.ts';

const HIGH = 5;
const LOW = 3;
/** More than the low number gets through, so that a replica that ends has work in hand. */
const PER_SECOND = 4;

/** How many messages were handed out twice, and how many pictures were worked meanwhile. */
export async function scaleDowns(
  lab: BenchLab,
  count: number,
  progress: (line: string) => void,
): Promise<{ redelivered: number; pictures: number }> {
  await lab.mode('off');
  await lab.scaleTo(HIGH);
  const before = await lab.redelivered();
  const sent: Promise<string>[] = [];
  const stop = new AbortController();
  const traffic = (async () => {
    while (!stop.signal.aborted) {
      sent.push(sendPictures(lab, 1));
      await pause(1_000 / PER_SECOND);
    }
  })();
  try {
    for (let n = 1; n <= count; n += 1) {
      await lab.scaleTo(LOW);
      await lab.scaleTo(HIGH);
      if (n % 10 === 0) progress(`${n} scale-downs from ${HIGH} to ${LOW}`);
    }
  } finally {
    stop.abort();
    await traffic;
  }
  const visits = await visitsOf(lab, await Promise.all(sent));
  return { redelivered: (await lab.redelivered()) - before, pictures: visits.length };
}
