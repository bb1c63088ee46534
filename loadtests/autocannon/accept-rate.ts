// How many jobs a second does the front end take? Autocannon keeps its connections busy: each sends the next request as soon as it has
// the answer to the one before. So it finds the most that is possible, where the k6 ladder holds a rate that users make.
/// <reference path="./autocannon.d.ts" />
import autocannon from 'autocannon';

export interface PathRate {
  path: string;
  /** Answers that are a success: 202 of /jobs, 200 of /sync/images. */
  taken: number;
  taken_per_second: number;
  /** Other answers: 503 where the service is overwhelmed. */
  refused: number;
  /** Requests without an answer: no connection, or none within the time limit. */
  errors: number;
  latency_ms: { p50: number; p99: number; max: number };
}

export interface AcceptRateOptions {
  /** http://127.0.0.1:8080 */
  baseUrl: string;
  path: '/jobs' | '/sync/images';
  seconds: number;
  connections: number;
}

const ANSWER_LIMIT_SECONDS = 10;
/** The smallest job there is: what is measured is the taking, not the work. */
const BODY = JSON.stringify({ images: [{ source: 'sample:tiny', width: 64, height: 48 }] });

/** Keeps one path busy. Rejects where nothing can be sent at all. */
export async function acceptRate({ baseUrl, path, seconds, connections }: AcceptRateOptions): Promise<PathRate> {
  const result = await autocannon({
    url: baseUrl + path,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: BODY,
    duration: seconds,
    connections,
    timeout: ANSWER_LIMIT_SECONDS,
  });
  return {
    path,
    taken: result['2xx'],
    taken_per_second: result['2xx'] / result.duration,
    refused: result.non2xx,
    errors: result.errors, // its time-outs are among them
    latency_ms: { p50: result.latency.p50, p99: result.latency.p99, max: result.latency.max },
  };
}
