// The same moderate load for a long time: what leaks, fills up or slows down shows only after a while.
//
//   ./lab load soak --duration 2h        or   k6 run -e DURATION=2h 07-soak.ts
//
// New: the run is told apart by its age. Look at: the rows "early" and "late"; in a healthy service they say the same. Beside it look
// at the memory of every service: `docker stats`.
import exec from 'k6/execution';
import { checkJob } from './lib/checks.ts';
import { measureJob } from './lib/measures.ts';
import { observed } from './lib/observed.ts';
import { ready } from './lib/ready.ts';
import { TREND_STATS } from './lib/result.ts';
import { duration, inSeconds, number } from './lib/settings.ts';
import { steady } from './lib/shapes.ts';
import { summary } from './lib/summary.ts';

const rate = number('RATE', 2);
const time = duration('DURATION', '30m');
const images = number('IMAGES', 2);
const deadlineSeconds = number('DEADLINE', 10);
const patienceSeconds = number('PATIENCE', 2 * deadlineSeconds);

export const options = {
  scenarios: { users: steady({ rate, duration: time, patienceSeconds }) },
  thresholds: {
    checks: ['rate==1'],
    job_taken: ['rate>0.99'],
    // The promise holds in the second half as in the first.
    'in_deadline{kind:early}': ['rate>0.95'],
    'in_deadline{kind:late}': ['rate>0.95'],
    ...observed('early', 'late'),
    dropped_iterations: ['count==0'],
  },
  summaryTrendStats: TREND_STATS,
};

export const setup = ready;

export default function user(): void {
  const age = (Date.now() - exec.scenario.startTime) / 1000;
  const kind = age < inSeconds(time) / 2 ? 'early' : 'late';
  checkJob(measureJob({ images, deadlineSeconds, patienceSeconds, kind }), images);
}

export const handleSummary = summary(
  '07-soak',
  `${rate} jobs a second for ${time}, images in each: ${images}, deadline ${deadlineSeconds} s`,
);
