// What must be true of every answer. A check that does not hold is counted, and does not end the run.
import { check, fail } from 'k6';
import { type Answer, jobOf } from './job-client.ts';
import type { Measured } from './measures.ts';

/** For a job through the queue. What was refused or given up is counted elsewhere: here it is asked whether the rest is right. */
export function checkJob({ answer, job }: Measured, images: number): void {
  check(answer, {
    'the POST is answered 202, or refused with 503': ({ status }) => status === 202 || status === 503,
  });
  if (answer.status === 202) {
    const { id } = jobOf(answer);
    check(answer, {
      'the answer says where the job is': ({ headers }) => headers.Location === `/jobs/${id}`,
      'the answer says when to look': ({ headers }) => Number(headers['Retry-After']) >= 1,
    });
  }
  if (answer.status === 503) {
    check(answer, { 'a refusal says when to come back': ({ headers }) => Number(headers['Retry-After']) >= 1 });
  }
  if (job !== undefined) {
    check(job, {
      'the job has as many images as were sent': ({ counts }) => counts.total === images,
      'every image is done, and none failed': ({ counts }) => counts.done === images && counts.failed === 0,
    });
  }
  refuseNonsense(answer);
}

/** For a job inside the request. */
export function checkSync({ answer, job }: Measured, images: number): void {
  check(answer, {
    'the sync POST is answered 200, or 503, or too late': ({ status }) => [200, 503, 0].includes(status),
  });
  if (job !== undefined) {
    check(job, {
      'every image is done within the request': ({ counts }) => counts.done === images && counts.failed === 0,
    });
  }
  refuseNonsense(answer);
}

/** Where our request is wrong, the service says what is, and so does the log of k6. */
function refuseNonsense({ status, body }: Answer): void {
  if (status >= 400 && status < 500) fail(`refused with ${status}: ${body}`);
}
