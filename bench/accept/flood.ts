// As many jobs as can be had: autocannon in a process of its own, keep-alive, a number of connections that each send again when they
// have their answer. The same for whoever is measured.
import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';

/** With sets of 100 that is 3,200 images at a time: about half a second of the broker's work. */
const CONNECTIONS = 32;
const autocannon = createRequire(import.meta.url).resolve('autocannon/autocannon.js');

/** A request for so many images. */
export const jobOf = (images: number): string =>
  JSON.stringify({ images: Array.from({ length: images }, () => ({ source: 'sample:tiny', width: 64, height: 48 })) });

interface Result {
  '2xx': number;
  non2xx: number;
  errors: number;
  /** Seconds. */
  duration: number;
}

export interface Flood {
  /** Requests answered 202, a second. */
  rate: number;
  /** Requests answered otherwise: 503, where the broker or the database did not answer in time. */
  refused: number;
}

/** @throws where a request had no answer at all */
export async function flood(url: string, images: number, seconds: number): Promise<Flood> {
  const args = ['--json', '--connections', String(CONNECTIONS), '--duration', String(seconds), '--method', 'POST'];
  const request = ['--headers', 'content-type=application/json', '--body', jobOf(images), url];
  const { stdout } = await promisify(execFile)(process.execPath, [autocannon, ...args, ...request], {
    maxBuffer: 2 ** 24,
  });
  const result = JSON.parse(stdout) as Result;
  if (result.errors > 0) throw new Error(`${url}: ${result.errors} requests had no answer`);
  return { rate: result['2xx'] / result.duration, refused: result.non2xx };
}
