// A process that sends jobs of one image at a fixed rate, each when it is due, however slow the answers are, and prints how long
// each 202 took from when its request was due, in milliseconds, and how many were refused: `steady.ts <url> <a second> <seconds>`.
import { Agent, request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { jobOf } from './flood.ts';

const [url = '', rate = '', seconds = ''] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true, maxSockets: 256 });
const body = jobOf(1);
const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };

export interface Steady {
  milliseconds: number[];
  refused: number;
}

/** Milliseconds from `dueAt` to the end of the answer; undefined where it was refused. */
function send(dueAt: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      response.resume();
      response.once('end', () => {
        resolve(response.statusCode === 202 ? performance.now() - dueAt : undefined);
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

const begun = performance.now();
const answers: Promise<number | undefined>[] = [];
for (let n = 0; n < Number(rate) * Number(seconds); n += 1) {
  const dueAt = begun + (n * 1000) / Number(rate);
  const wait = dueAt - performance.now();
  if (wait > 0) await pause(wait);
  answers.push(send(dueAt));
}
const milliseconds = (await Promise.all(answers)).filter((time) => time !== undefined);
agent.destroy();
process.stdout.write(JSON.stringify({ milliseconds, refused: answers.length - milliseconds.length } satisfies Steady));
