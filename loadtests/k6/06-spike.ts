// For a short time everybody comes at once. A queue is there so that this costs time, and no work.
//
//   ./lab load spike        or   k6 run -e PEAK=40 06-spike.ts
//
// New: a rate that changes (lib/shapes.ts has the shape). Look at: nobody is refused or given up, and the answers stay fast while
// the queue is long; "longest" says how long the last of the crowd waited. `./lab status` shows the queue grow and shrink.
import { checkJob } from './lib/checks.ts';
import { measureJob } from './lib/measures.ts';
import { ready } from './lib/ready.ts';
import { TREND_STATS } from './lib/result.ts';
import { duration, number } from './lib/settings.ts';
import { spike } from './lib/shapes.ts';
import { summary } from './lib/summary.ts';

const rate = number('RATE', 1);
const peak = number('PEAK', 10 * rate);
const time = duration('DURATION', '40s');
const images = number('IMAGES', 2);
const deadlineSeconds = number('DEADLINE', 30);
const patienceSeconds = number('PATIENCE', 2 * deadlineSeconds);

export const options = {
  scenarios: { users: spike({ rate, peak, duration: time, patienceSeconds }) },
  thresholds: {
    checks: ['rate==1'],
    job_taken: ['rate>0.99'],
    job_accepted: ['p(95)<1000'],
    job_given_up: ['count==0'],
    dropped_iterations: ['count==0'],
  },
  summaryTrendStats: TREND_STATS,
};

export const setup = ready;

export default function user(): void {
  checkJob(measureJob({ images, deadlineSeconds, patienceSeconds }), images);
}

export const handleSummary = summary(
  '06-spike',
  `${rate} jobs a second, and ${peak} for a quarter of ${time}, images in each: ${images}, deadline ${deadlineSeconds} s`,
);
