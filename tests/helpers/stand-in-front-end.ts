// A stand-in for the front end: takes every job at once, and says that it is done after a time of the test's choosing.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Scope } from './broker.ts';

export interface StandInFrontEnd {
  url: string;
  /** What was posted, with its path. */
  posted: { path: string; body: Record<string, unknown>; at: number }[];
}

interface StandInOptions {
  /** How long a job takes. */
  totalSeconds?: number;
  /** Refuse every job, as an overwhelmed service does. */
  refuse?: boolean;
}

export async function startStandInFrontEnd(
  t: Scope,
  { totalSeconds = 0.2, refuse = false }: StandInOptions = {},
): Promise<StandInFrontEnd> {
  const posted: StandInFrontEnd['posted'] = [];
  const job = (id: number) => {
    const { body, at } = posted[id]!;
    const total = (body.images as unknown[]).length;
    const done = Date.now() - at >= totalSeconds * 1000;
    const counts = { total, done: done ? total : 0, failed: 0 };
    return { id: String(id), state: done ? 'done' : 'queued', total_seconds: done ? totalSeconds : null, counts };
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method, url: path = '' } = request;
    const answer = (status: number, body: object, headers = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
    if (method === 'GET' && path === '/readyz') return answer(200, { ready: true });
    if (method === 'GET') return answer(200, job(Number(path.slice('/jobs/'.length))));
    if (refuse) return answer(503, { code: 'out-of-service' }, { 'retry-after': '1' });
    const id = posted.push({ path, body: JSON.parse(Buffer.concat(chunks).toString()), at: Date.now() }) - 1;
    if (path === '/sync/images') return answer(200, job(id));
    return answer(202, job(id), { location: `/jobs/${id}`, 'retry-after': '1' });
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posted };
}
