// The same work twice: inside the request, and through the queue. One after the other, so that they are not in each other's way.
//
//   ./lab load 08 --rate 8        or   k6 run -e RATE=8 08-sync-against-async.ts
//
// New: two scenarios with a row each. Look at: with little to do, sync is as good. Raise the rate: sync answers come later and later,
// and the front end is slow for everybody, while the queue's answers stay fast and its work can be shared by more workers.
import { checkJob, checkSync } from './lib/checks.ts';
import { measureJob, measureSync } from './lib/measures.ts';
import { observed } from './lib/observed.ts';
import { ready } from './lib/ready.ts';
import { TREND_STATS } from './lib/result.ts';
import { duration, inSeconds, number } from './lib/settings.ts';
import { steady } from './lib/shapes.ts';
import { summary } from './lib/summary.ts';

const rate = number('RATE', 2);
const time = duration('DURATION', '20s');
const images = number('IMAGES', 2);
const deadlineSeconds = number('DEADLINE', 10);
const patienceSeconds = number('PATIENCE', 2 * deadlineSeconds);
const arrivals = { rate, duration: time, patienceSeconds };

export const options = {
  scenarios: {
    sync: steady({ ...arrivals, exec: 'sync' }),
    async: steady({ ...arrivals, exec: 'queued', startTime: `${inSeconds(time) + patienceSeconds}s` }),
  },
  thresholds: {
    checks: ['rate==1'],
    ...observed('sync', 'async'),
    'job_accepted{kind:async}': ['p(95)<1000'],
    'in_deadline{kind:async}': ['rate>0.95'],
    dropped_iterations: ['count==0'],
  },
  summaryTrendStats: TREND_STATS,
};

export const setup = ready;

export function sync(): void {
  checkSync(measureSync({ images, deadlineSeconds, patienceSeconds, kind: 'sync' }), images);
}

export function queued(): void {
  checkJob(measureJob({ images, deadlineSeconds, patienceSeconds, kind: 'async' }), images);
}

export const handleSummary = summary(
  '08-sync-against-async',
  `${rate} jobs a second for ${time} each way, images in each: ${images}, deadline ${deadlineSeconds} s`,
);
