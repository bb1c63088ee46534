// A whole lab for half an hour at four fifths of what it can do: does anything grow? Each service's memory every ten seconds, the
// first ten minutes beside the last, and the slope. Needs Docker. `--minutes 3` tries it out; then a third is compared with a third.
import { setTimeout as pause } from 'node:timers/promises';
import type { Figures, Options } from './main.ts';
import { capacityOf, startLoad } from './soak/load.ts';
import { startSoakLab } from './soak/soak-lab.ts';
import { trendOf } from './soak/trend.ts';

const MINUTES = 30;
const SHARE = 0.8;
const EVERY_SECONDS = 10;
const WINDOW_SECONDS = 600;

function minutesOf(given: string | undefined): number {
  const minutes = Number(given ?? MINUTES);
  if (minutes >= 1 && minutes <= 24 * 60) return minutes;
  throw new Error(`--minutes must be a number from 1 to 1440, got ${JSON.stringify(given)}`);
}

export async function run(progress: (line: string) => void, options: Options): Promise<Figures> {
  const minutes = minutesOf(options.minutes);
  const lab = await startSoakLab(progress);
  try {
    const capacity = await capacityOf(lab.url);
    const rate = SHARE * capacity;
    progress(`it does ${capacity.toFixed(1)} images a second; ${rate.toFixed(1)} are sent for ${minutes} minutes`);
    const load = startLoad(lab.url, rate);
    const readings = new Map<string, number[]>();
    const begun = performance.now();
    for (let n = 1; n <= (minutes * 60) / EVERY_SECONDS; n += 1) {
      await pause(begun + n * EVERY_SECONDS * 1000 - performance.now());
      for (const [name, memory] of await lab.memory()) readings.set(name, [...(readings.get(name) ?? []), memory]);
      const now = [...readings].map(([name, seen]) => `${name} ${seen.at(-1)!.toFixed(0)}`).join(', ');
      if (n % 6 === 0) progress(`${n / 6} min: ${load.accepted} of ${load.sent} accepted; MB: ${now}`);
    }
    await load.stop();

    const round = (value: number): number => Number(value.toFixed(1));
    const figures: Figures = {
      'capacity, one replica of each role': { value: round(capacity), unit: '/s' },
      'images sent': { value: load.sent, unit: 'images' },
      'not accepted': { value: load.sent - load.accepted, unit: 'images', wanted: '0' },
    };
    for (const [name, seen] of readings) {
      const { first, last, change, perHour } = trendOf(seen, EVERY_SECONDS, WINDOW_SECONDS);
      figures[`${name}: memory at first`] = { value: round(first), unit: 'MB' };
      figures[`${name}: memory at last`] = { value: round(last), unit: 'MB', samples: seen.map(round) };
      figures[`${name}: change`] = { value: round(change), unit: '%', wanted: 'within 10' };
      figures[`${name}: slope`] = { value: round(perHour), unit: 'MB/h' };
    }
    return figures;
  } finally {
    progress('taking it down');
    await lab.down();
  }
}
