// More work than one worker can do, for as long as it takes to see what that means.
//
//   ./lab autoscale off --restore && ./lab load overwhelm; ./lab autoscale act && ./lab load overwhelm
//   or   k6 run 05-overwhelm.ts
//
// New: a load above the capacity. One replica of resize on half a core makes about 10 thumbnails a second of this large picture; here
// come 16. Look at: jobs are taken in milliseconds all the time, but each waits longer than the one before, and the thresholds fail.
// With scaling on there are more replicas after some seconds, and the same load is done in time. A fast machine is overwhelmed by more
// (--rate 8); without Docker nothing holds a replica to half a core.
import { checkJob } from './lib/checks.ts';
import { measureJob } from './lib/measures.ts';
import { ready } from './lib/ready.ts';
import { TREND_STATS } from './lib/result.ts';
import { duration, number } from './lib/settings.ts';
import { steady } from './lib/shapes.ts';
import { summary } from './lib/summary.ts';

const rate = number('RATE', 4);
const time = duration('DURATION', '40s');
const images = number('IMAGES', 4);
const deadlineSeconds = number('DEADLINE', 10);
const patienceSeconds = number('PATIENCE', 2 * deadlineSeconds);

export const options = {
  scenarios: { users: steady({ rate, duration: time, patienceSeconds }) },
  thresholds: {
    checks: ['rate==1'],
    job_taken: ['rate>0.99'],
    in_deadline: ['rate>0.9'],
    dropped_iterations: ['count==0'],
  },
  summaryTrendStats: TREND_STATS,
};

export const setup = ready;

export default function user(): void {
  checkJob(measureJob({ images, of: 'mountains', deadlineSeconds, patienceSeconds }), images);
}

export const handleSummary = summary(
  '05-overwhelm',
  `${rate} jobs a second for ${time}, images in each: ${images}, deadline ${deadlineSeconds} s`,
);
