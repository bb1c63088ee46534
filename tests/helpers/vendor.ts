// A real vendor for one test, on a free port, with faults of the test's choice.
import type { IncomingMessage } from 'node:http';
import type { TestContext } from 'node:test';
import { listen } from '../../services/shared/http.ts';
import { createSamples, samplesDir } from '../../services/shared/imaging/samples.ts';
import { createLog } from '../../services/shared/log.ts';
import { createMetrics } from '../../services/shared/metrics.ts';
import type { Faults } from '../../services/vendor/faults.ts';
import { createVendor } from '../../services/vendor/vendor.ts';

/** No faults, and no latency: what a test does not ask for does not slow it. */
export const calm: Faults = {
  latency_ms: { median: 0, p99: 0 },
  rate_per_second: 10_000,
  error_rate: 0,
  outage: false,
};

const samples = createSamples(samplesDir.fallback!);

export const sample = async (name: string): Promise<Buffer<ArrayBuffer>> => Buffer.from((await samples.read(name))!);

/** One call for a caption, as the vendor saw it; times as of `performance.now()`. */
export interface SeenCall {
  arrivedAt: number;
  answeredAt?: number;
  status?: number;
  retryAfterMs?: number;
}

/** A vendor that is closed when the test ends, with all its connections. */
export async function startVendor(t: TestContext, defaults: Partial<Faults> = {}) {
  const metrics = createMetrics({ role: 'vendor', replica: 'vendor-1' });
  const vendor = createVendor({
    defaults: { ...calm, ...defaults },
    metrics,
    log: createLog('vendor', 'vendor-1', 'silent'),
  });
  const calls: SeenCall[] = [];
  const watch = (request: IncomingMessage): SeenCall | undefined => {
    if (request.url !== '/v1/captions') return undefined;
    const call = { arrivedAt: performance.now() };
    calls.push(call);
    return call;
  };
  const api = await listen(
    (request, response) => {
      const call = watch(request);
      response.on('finish', () => {
        const retryAfterMs = Number(response.getHeader('retry-after-ms') ?? 0);
        if (call) Object.assign(call, { answeredAt: performance.now(), status: response.statusCode, retryAfterMs });
      });
      vendor(request, response);
    },
    { host: '127.0.0.1', port: 0 },
  );
  const close = async (): Promise<void> => {
    api.server.closeAllConnections();
    await api.close();
  };
  t.after(close);
  const url = `http://127.0.0.1:${api.port}`;
  return {
    url,
    calls,
    close,
    caption: async (name = 'tiny', type = 'image/png', signal?: AbortSignal) =>
      fetch(`${url}/v1/captions`, {
        method: 'POST',
        body: await sample(name),
        headers: { 'content-type': type },
        signal,
      }),
    setFaults: (change: unknown) => fetch(`${url}/faults`, { method: 'PUT', body: JSON.stringify(change) }),
    faults: async () => (await (await fetch(`${url}/faults`)).json()) as Faults,
  };
}
