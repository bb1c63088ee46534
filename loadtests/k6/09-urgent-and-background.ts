// Some work can wait. Large sets keep the workers busy, and in between come people who want one picture now.
//
//   ./lab load 09        or   k6 run -e BACKGROUND=0.5 09-urgent-and-background.ts
//
// New: `urgent: true`, for which the queues have a second priority. Look at: the background waits longer and longer, the urgent jobs
// do not. URGENT=no sends the same without the word: then they wait in line with all others, and the threshold fails.
import { checkJob } from './lib/checks.ts';
import { measureJob } from './lib/measures.ts';
import { observed } from './lib/observed.ts';
import { ready } from './lib/ready.ts';
import { TREND_STATS } from './lib/result.ts';
import { duration, number, yes } from './lib/settings.ts';
import { steady } from './lib/shapes.ts';
import { summary } from './lib/summary.ts';

const rate = number('RATE', 1);
const backgroundRate = number('BACKGROUND', 1);
const time = duration('DURATION', '30s');
const images = number('IMAGES', 20);
const urgent = yes('URGENT', true);
const deadlineSeconds = number('DEADLINE', 5);
const backgroundDeadlineSeconds = number('BACKGROUND_DEADLINE', 60);

export const options = {
  scenarios: {
    urgent: steady({ rate, duration: time, patienceSeconds: 2 * deadlineSeconds, exec: 'person' }),
    background: steady({
      rate: backgroundRate,
      duration: time,
      patienceSeconds: backgroundDeadlineSeconds,
      exec: 'program',
    }),
  },
  thresholds: {
    checks: ['rate==1'],
    ...observed('urgent', 'background'),
    'in_deadline{kind:urgent}': ['rate>0.95'],
    dropped_iterations: ['count==0'],
  },
  summaryTrendStats: TREND_STATS,
};

export const setup = ready;

export function person(): void {
  const kind = 'urgent';
  checkJob(measureJob({ images: 1, deadlineSeconds, kind, ...(urgent && { urgent }) }), 1);
}

export function program(): void {
  const deadline = backgroundDeadlineSeconds;
  const job = { images, deadlineSeconds: deadline, patienceSeconds: deadline, kind: 'background' };
  checkJob(measureJob(job), images);
}

export const handleSummary = summary(
  '09-urgent-and-background',
  `${rate} urgent jobs a second of one image, deadline ${deadlineSeconds} s, beside ${backgroundRate} of ${images}, for ${time}`,
);
