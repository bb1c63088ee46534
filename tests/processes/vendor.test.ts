import assert from 'node:assert/strict';
import { request as sendRequest } from 'node:http';
import { test } from 'node:test';
import { Caption } from '../../services/shared/messages.ts';
import { latency } from '../../services/vendor/faults.ts';
import { calm, startVendor } from '../helpers/vendor.ts';

const problemOf = async (response: Response) => {
  assert.equal(response.headers.get('content-type'), 'application/problem+json');
  const problem = (await response.json()) as {
    status: number;
    code: string;
    errors?: { field: string; expected: string }[];
  };
  assert.equal(problem.status, response.status);
  return problem;
};

test('it says what is in the picture', async (t) => {
  const vendor = await startVendor(t);
  const response = await vendor.caption('night-city');
  assert.equal(response.status, 200);
  const caption = Caption.parse(await response.json());
  assert.equal(caption.text, 'A dark wide picture in navy and black.');
  assert.deepEqual([caption.colours, caption.orientation], [['navy', 'black'], 'landscape']);
  assert.ok(caption.brightness < 0.25);
});

test('what is no picture is refused, by its type, its contents or its size', async (t) => {
  const { url, caption } = await startVendor(t);
  const send = (body: Buffer<ArrayBuffer>) =>
    fetch(`${url}/v1/captions`, { method: 'POST', body, headers: { 'content-type': 'image/png' } });
  assert.equal((await problemOf(await caption('tiny', 'application/json'))).code, 'unsupported-media-type');
  assert.equal((await problemOf(await send(Buffer.from('no picture')))).code, 'invalid-request');
  assert.equal((await problemOf(await send(Buffer.alloc(9 * 1024 ** 2)))).code, 'body-too-large');
});

test('calls over the rate get 429 with the time to wait, exactly and in whole seconds', async (t) => {
  const vendor = await startVendor(t, { rate_per_second: 0.1 });
  assert.equal((await vendor.caption()).status, 200);
  const refused = await vendor.caption();
  assert.equal((await problemOf(refused)).code, 'rate-limited');
  const exact = Number(refused.headers.get('retry-after-ms'));
  assert.ok(exact > 0 && exact <= 10_000, String(exact));
  assert.equal(refused.headers.get('retry-after'), String(Math.ceil(exact / 1_000)));
});

test('a call takes about the latency that is set', async (t) => {
  const vendor = await startVendor(t);
  await vendor.setFaults({ latency_ms: { median: 60, p99: 60 } });
  const start = performance.now();
  await (await vendor.caption()).text();
  assert.ok(performance.now() - start >= 59);
});

test('with an error rate of 1 every call fails, and with 0 none does', async (t) => {
  const vendor = await startVendor(t, { error_rate: 1 });
  assert.equal((await problemOf(await vendor.caption())).code, 'injected-fault');
  await vendor.setFaults({ error_rate: 0 });
  assert.equal((await vendor.caption()).status, 200);
});

test('in an outage it answers 503, and is well itself', async (t) => {
  const vendor = await startVendor(t);
  await vendor.setFaults({ outage: true });
  assert.equal((await problemOf(await vendor.caption())).code, 'out-of-service');
  const health = await fetch(`${vendor.url}/healthz`);
  assert.deepEqual([health.status, await health.json()], [200, { ok: true }]);
});

test('an outage of the kind "hang" gives no answer', async (t) => {
  const vendor = await startVendor(t, { outage: 'hang' });
  await assert.rejects(vendor.caption('tiny', 'image/png', AbortSignal.timeout(100)), { name: 'TimeoutError' });
});

test('a change of the faults leaves what it does not name; DELETE brings back the defaults', async (t) => {
  const vendor = await startVendor(t, { latency_ms: latency(150) });
  const changed = await vendor.setFaults({ error_rate: 0.2, outage: true });
  const wanted = { ...calm, latency_ms: { median: 150, p99: 375 }, error_rate: 0.2, outage: true };
  assert.deepEqual(await changed.json(), wanted);
  assert.deepEqual(await vendor.faults(), wanted);
  await fetch(`${vendor.url}/faults`, { method: 'DELETE' });
  assert.deepEqual(await vendor.faults(), { ...calm, latency_ms: { median: 150, p99: 375 } });
});

test('a wrong fault is refused with its field and what was expected, and changes nothing', async (t) => {
  const vendor = await startVendor(t);
  const wrong: [unknown, { field: string; expected: string; given?: string }][] = [
    [{ latency: 1 }, { field: 'latency', expected: 'one of latency_ms, rate_per_second, error_rate or outage' }],
    [{ latency_ms: { mean: 1 } }, { field: 'latency_ms.mean', expected: 'one of median or p99' }],
    [{ latency_ms: 5 }, { field: 'latency_ms', expected: 'an object with median, p99 or both', given: '5' }],
    [
      { latency_ms: { median: -1 } },
      { field: 'latency_ms.median', expected: 'a number of milliseconds from 0 to 60000', given: '-1' },
    ],
    [
      { latency_ms: { median: 100, p99: 50 } },
      { field: 'latency_ms.p99', expected: 'at least the median, 100', given: '50' },
    ],
    [{ error_rate: 1.5 }, { field: 'error_rate', expected: 'a number from 0 to 1', given: '1.5' }],
    [
      { rate_per_second: 0 },
      { field: 'rate_per_second', expected: 'a number greater than 0, at most 100000', given: '0' },
    ],
    [{ outage: 'yes' }, { field: 'outage', expected: 'true, false or "hang"', given: '"yes"' }],
    [[], { field: '', expected: 'an object with latency_ms, rate_per_second, error_rate or outage', given: '[]' }],
  ];
  for (const [change, problem] of wrong) {
    const response = await vendor.setFaults(change);
    assert.equal(response.status, 422);
    assert.deepEqual((await problemOf(response)).errors, [problem]);
  }
  assert.equal(
    (await problemOf(await fetch(`${vendor.url}/faults`, { method: 'PUT', body: '{' }))).code,
    'malformed-json',
  );
  assert.deepEqual(await vendor.faults(), calm);
});

test('an unknown address is 404, a wrong method 405 with those that are taken', async (t) => {
  const { url } = await startVendor(t);
  assert.equal((await problemOf(await fetch(`${url}/v2`))).code, 'not-found');
  const response = await fetch(`${url}/v1/captions`);
  assert.equal((await problemOf(response)).code, 'method-not-allowed');
  assert.equal(response.headers.get('allow'), 'POST');
});

test('whoever hangs up in the middle of a picture harms nobody', async (t) => {
  const vendor = await startVendor(t);
  const half = sendRequest(`${vendor.url}/v1/captions`, {
    method: 'POST',
    headers: { 'content-type': 'image/png', 'content-length': 1_000 },
  });
  const gone = new Promise((resolve) => half.on('error', resolve));
  half.write('part', () => half.destroy(new Error('hung up')));
  await gone;
  assert.equal((await vendor.caption()).status, 200);
});

test('its metrics count the requests by route and status', async (t) => {
  const vendor = await startVendor(t);
  await (await vendor.caption()).text();
  const page = await (await fetch(`${vendor.url}/metrics`)).text();
  const [count = ''] = page.split('\n').filter((line) => line.startsWith('queuelab_http_request_seconds_count'));
  for (const part of ['method="POST"', 'route="/v1/captions"', 'status="200"', 'role="vendor"'])
    assert.ok(count.includes(part), count);
  assert.match(count, / 1$/);
});
