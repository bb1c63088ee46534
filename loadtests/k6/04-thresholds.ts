// What is good enough? The run itself says whether the service keeps its promise, and ends with an exit code.
//
//   ./lab load 04; echo $?        or   k6 run 04-thresholds.ts
//
// New: thresholds. They are about the promise (in time, to the end), and not about how busy anything is. Look at: the lines with ✓
// and ✗ below the table; exit code 0 where all are kept, 1 (of k6 itself: 99) where one is not. DEADLINE=1 is hard to keep.
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
  thresholds: {
    checks: ['rate==1'],
    job_taken: ['rate>0.99'],
    job_accepted: ['p(95)<1000'],
    in_deadline: ['rate>0.95'],
    dropped_iterations: ['count==0'], // else it was not the load that was meant
  },
  summaryTrendStats: TREND_STATS,
};

export const setup = ready;

export default function user(): void {
  checkJob(measureJob({ images, deadlineSeconds, patienceSeconds }), images);
}

export const handleSummary = summary(
  '04-thresholds',
  `${rate} jobs a second for ${time}, images in each: ${images}, deadline ${deadlineSeconds} s`,
);
