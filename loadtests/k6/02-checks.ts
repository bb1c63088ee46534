// Is every answer right? A fast service that answers nonsense is not fast.
//
//   ./lab load 02        or   k6 run -e JOBS=20 02-checks.ts
//
// New: checks (lib/checks.ts). Look at: what is checked is the end of the work, too, and not only the status of the first answer.
import { checkJob } from './lib/checks.ts';
import { measureJob } from './lib/measures.ts';
import { ready } from './lib/ready.ts';
import { TREND_STATS } from './lib/result.ts';
import { number } from './lib/settings.ts';
import { summary } from './lib/summary.ts';

const jobs = number('JOBS', 5);
const images = number('IMAGES', 2);
const deadlineSeconds = number('DEADLINE', 10);

export const options = { iterations: jobs, summaryTrendStats: TREND_STATS };

export const setup = ready;

export default function user(): void {
  checkJob(measureJob({ images, deadlineSeconds }), images);
}

export const handleSummary = summary('02-checks', `${jobs} jobs, one after the other, images in each: ${images}`);
