// What `./lab load http` found out, and its table: the two ways of taking a job side by side.
import type { PathRate } from '../../loadtests/autocannon/accept-rate.ts';
import { milliseconds } from '../../loadtests/k6/lib/result-table.ts';
import { table } from '../terminal.ts';

export interface HttpResult {
  scenario: 'http';
  finished_at: string;
  /** Of each path. */
  seconds: number;
  connections: number;
  paths: PathRate[];
  /** Every answer was a success. */
  passed: boolean;
}

export function httpTable({ seconds, connections, paths }: HttpResult): string {
  const rows = paths.map(({ path, taken, taken_per_second, refused, errors, latency_ms }) => [
    `POST ${path}`,
    taken_per_second.toFixed(1),
    String(taken),
    String(refused),
    String(errors),
    ...[latency_ms.p50, latency_ms.p99, latency_ms.max].map(milliseconds),
  ]);
  const heading = ['', 'taken/s', 'taken', 'refused', 'no answer', 'p50', 'p99', 'longest'];
  const sent = `http: jobs of one tiny image, ${connections} connections, ${seconds} s for each path`;
  const [sync, queue] = ['/sync/images', '/jobs'].map((path) => paths.find((one) => one.path === path));
  const ratio = sync && queue && sync.taken_per_second > 0 ? queue.taken_per_second / sync.taken_per_second : undefined;
  const sentence =
    ratio === undefined
      ? []
      : [
          '',
          `The queue takes ${ratio.toFixed(1)} times as many jobs a second. The answer of /sync/images is the work done, that of /jobs the`,
          'promise to do it: what was taken faster than it is done waits in resize.IN now (./lab status).',
        ];
  return [sent, '', table([heading, ...rows]), ...sentence].join('\n');
}
