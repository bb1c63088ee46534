// Users do not wait for each other: jobs arrive at a rate, however long the one before takes.
//
//   ./lab load 03 --rate 4 --duration 1m        or   k6 run -e RATE=4 -e DURATION=1m 03-arrival-rate.ts
//
// New: an open-loop arrival rate (lib/shapes.ts). A loop that sends, waits and sends again slows down with the service, and so hides
// that it is slow. Look at: the times while you raise the rate, and whether anything was "not sent".
import { checkJob } from './lib/checks.ts';
import { measureJob } from './lib/measures.ts';
import { ready } from './lib/ready.ts';
import { TREND_STATS } from './lib/result.ts';
import { duration, number } from './lib/settings.ts';
import { steady } from './lib/shapes.ts';
import { summary } from './lib/summary.ts';

const rate = number('RATE', 2);
const time = duration('DURATION', '20s');
const images = number('IMAGES', 2);
const deadlineSeconds = number('DEADLINE', 10);
const patienceSeconds = number('PATIENCE', 2 * deadlineSeconds);

export const options = {
  scenarios: { users: steady({ rate, duration: time, patienceSeconds }) },
  summaryTrendStats: TREND_STATS,
};

export const setup = ready;

export default function user(): void {
  checkJob(measureJob({ images, deadlineSeconds, patienceSeconds }), images);
}

export const handleSummary = summary('03-arrival-rate', `${rate} jobs a second for ${time}, images in each: ${images}`);
