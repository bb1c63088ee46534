// One job: post a picture, and ask until its thumbnail is there.
//
//   ./lab load 01        or   k6 run 01-first-job.ts
//
// Look at: two times. The service answers in milliseconds (it has only taken the job), the picture is there later. All steps after
// this one measure the second time, for that is the one that a user feels.
import { measureJob } from './lib/measures.ts';
import { ready } from './lib/ready.ts';
import { TREND_STATS } from './lib/result.ts';
import { number } from './lib/settings.ts';
import { summary } from './lib/summary.ts';

const images = number('IMAGES', 1);
const deadlineSeconds = number('DEADLINE', 10);

export const options = { iterations: 1, summaryTrendStats: TREND_STATS };

export const setup = ready;

export default function user(): void {
  measureJob({ images, deadlineSeconds });
}

export const handleSummary = summary('01-first-job', `one job, images in it: ${images}`);
