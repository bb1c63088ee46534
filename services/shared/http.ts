// Small HTTP parts that every service uses: listening that can be undone, and the page that health checks and Prometheus read.
import type { RequestListener, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

// Not imported: an import of node:http fills in all that it exports, and so loads undici, which takes a worker longer than all
// of its other built-in modules together.
const { createServer } = process.getBuiltinModule('node:http');

/** Whether a service does its work, and if not, why. */
export type Health = { ok: true; detail?: Record<string, unknown> } | { ok: false; reason: string };

export interface Listening {
  readonly server: Server;
  /** The port that was given, or the free one that was found where 0 was asked for. */
  readonly port: number;
  /** Stops accepting, lets requests in hand finish, ends idle connections. */
  close(): Promise<void>;
}

/** Listens on a port (0: any free one). Rejects where the port is taken. */
export async function listen(
  handler: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<Listening> {
  const server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return {
    server,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
        setTimeout(() => server.closeAllConnections(), 2_000).unref();
      }),
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length, ...headers });
  response.end(bytes);
}

/** `GET /healthz` (200 or 503, with the reason) and `GET /metrics`, for services that have no HTTP interface of their own. */
export function operationsHandler(parts: { health: () => Health; metrics: Registry }): RequestListener {
  return (request, response) => {
    const path = request.url?.split('?', 1)[0];
    if (request.method === 'GET' && path === '/healthz') {
      const health = parts.health();
      sendJson(response, health.ok ? 200 : 503, health);
    } else if (request.method === 'GET' && path === '/metrics') {
      parts.metrics.metrics().then(
        (page) => response.writeHead(200, { 'content-type': parts.metrics.contentType }).end(page),
        () => response.writeHead(500).end(),
      );
    } else {
      sendJson(response, 404, { error: 'only /healthz and /metrics are here' });
    }
  };
}
