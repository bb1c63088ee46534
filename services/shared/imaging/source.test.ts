import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { type TestContext, test } from 'node:test';
import { ItemError } from '../errors.ts';
import { listen } from '../http.ts';
import { RetryLater } from '../messaging/types.ts';
import { type AllowList, parseAllowList } from './allow-list.ts';
import { samplesDir } from './samples.ts';
import { createSources, type Sources } from './source.ts';

const allowOf = (text: string): AllowList => {
  const answer = parseAllowList(text);
  assert('value' in answer);
  return answer.value;
};

const sourcesWith = (allow: string, more: Partial<Parameters<typeof createSources>[0]> = {}): Sources =>
  createSources({ samplesDir: samplesDir.fallback!, allow: allowOf(allow), ...more });

const forEver = new AbortController().signal;

/** A server on 127.0.0.1 that is closed when the test ends, with all its connections. */
async function serve(
  t: TestContext,
  handler: RequestListener,
): Promise<{ host: string; url: string; requests: string[] }> {
  const requests: string[] = [];
  const listening = await listen(
    (request, response) => {
      requests.push(request.url ?? '');
      handler(request, response);
    },
    { host: '127.0.0.1', port: 0 },
  );
  t.after(async () => {
    listening.server.closeAllConnections();
    await listening.close();
  });
  const host = `127.0.0.1:${listening.port}`;
  return { host, url: `http://${host}/`, requests };
}

async function itemError(reading: Promise<Buffer>): Promise<ItemError> {
  const error = await reading.then(
    () => assert.fail('was read'),
    (thrown: unknown) => thrown,
  );
  assert(error instanceof ItemError, String(error));
  return error;
}

async function retryReason(reading: Promise<Buffer>): Promise<string> {
  const error = await reading.then(
    () => assert.fail('was read'),
    (thrown: unknown) => thrown,
  );
  assert(error instanceof RetryLater, String(error));
  return error.message;
}

test('a sample is read by its name', async () => {
  const sources = sourcesWith('none');
  assert.equal(sources.check('sample:harbour'), undefined);
  assert.ok((await sources.read('sample:harbour', forEver)).length > 50_000);
});

test('an unknown sample is named with those that there are', async () => {
  const sources = sourcesWith('*');
  assert.deepEqual(sources.check('sample:harbor'), {
    code: 'source-not-found',
    expected:
      'sample: and one of balloons, desert, fog, forest, harbour, logo, mountains, night-city, portrait, snow, tiny, windmill',
  });
  for (const name of ['', '../samples/harbour', 'harbour.jpg', '__proto__'])
    assert.ok(sources.check(`sample:${name}`), name);
  assert.equal((await itemError(sources.read('sample:harbor', forEver))).code, 'source-not-found');
});

test('what is no http(s) URL is refused without looking anything up', () => {
  const sources = sourcesWith('*');
  const expected = (source: string): string | undefined => sources.check(source)?.expected;
  for (const source of ['harbour', '', '/etc/passwd', '//example.org/a.jpg', 'http://', 'http://[::1', 'http://a b/']) {
    assert.equal(expected(source), 'sample:<name>, or a URL that starts with http:// or https://', source);
  }
  for (const source of ['file:///etc/passwd', 'ftp://example.org/a', 'data:image/png;base64,AA==', 'javascript:1']) {
    assert.equal(expected(source), 'a URL that starts with http:// or https://', source);
  }
  for (const source of ['http://user@example.org/', 'http://user:secret@example.org/']) {
    assert.equal(expected(source), 'a URL without a user name or password', source);
  }
});

test('an address that is not public is refused however it is written', () => {
  const sources = sourcesWith('*');
  const hosts = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '0x7f.1',
    '１２７.0.0.1',
    'localhost',
    'LOCALHOST',
    'localhost.',
    'a.localhost',
    '10.0.0.1',
    '192.168.0.1',
    '172.16.0.1',
    '169.254.169.254',
    '100.64.0.1',
    '224.0.0.1',
    '0.0.0.0',
    '0',
    '[::1]',
    '[::]',
    '[fe80::1]',
    '[fd00::1]',
    '[ff02::1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[64:ff9b::a00:1]',
    '[0:0:0:0:0:0:0:1]',
  ];
  for (const host of hosts) {
    const problem = sources.check(`http://${host}:8080/a.jpg`);
    assert.equal(problem?.code, 'source-not-allowed', host);
    assert.match(
      problem.expected,
      /^a URL whose host is allowed \(SOURCE_ALLOW\): .+ (is|leads to) an? .*address/,
      host,
    );
  }
  assert.equal(sources.check('https://example.org/a.jpg'), undefined);
});

test('a listed server gives its picture', async (t) => {
  const { url, host } = await serve(t, (_request, response) => response.end('picture'));
  assert.equal(String(await sourcesWith(host).read(url, forEver)), 'picture');
});

test('an unlisted server on loopback is never asked', async (t) => {
  const { url, requests } = await serve(t, (_request, response) => response.end('secret'));
  const error = await itemError(sourcesWith('*').read(url, forEver));
  assert.equal(error.code, 'source-not-allowed');
  assert.equal(
    error.message,
    'The source must be a URL whose host is allowed (SOURCE_ALLOW): 127.0.0.1 is a loopback address.',
  );
  assert.deepEqual(requests, []);
});

test('a DNS name that leads to loopback is refused as the connection is made', async (t) => {
  const { host, requests } = await serve(t, (_request, response) => response.end('secret'));
  const port = host.split(':')[1];
  const sources = sourcesWith('*', { resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
  assert.equal(sources.check(`http://rebound.example:${port}/`), undefined, 'the name alone says nothing');
  const error = await itemError(sources.read(`http://rebound.example:${port}/`, forEver));
  assert.equal(error.code, 'source-not-allowed');
  assert.match(error.message, /: rebound\.example leads to a loopback address\.$/);
  assert.deepEqual(requests, []);
});

test('one private address among public ones is enough to refuse', async () => {
  const addresses = [
    { address: '1.1.1.1', family: 4 },
    { address: '::ffff:10.0.0.1', family: 6 },
  ];
  const sources = sourcesWith('*', { resolve: async () => addresses });
  assert.equal((await itemError(sources.read('http://mixed.example/', forEver))).code, 'source-not-allowed');
});

test('a listed name may lead to loopback', async (t) => {
  const { host } = await serve(t, (request, response) => response.end(request.headers.host));
  const port = host.split(':')[1];
  const sources = sourcesWith(`media.test:${port}`, { resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
  assert.equal(String(await sources.read(`http://media.test:${port}/`, forEver)), `media.test:${port}`);
});

test('a redirect is followed, also a relative one', async (t) => {
  const { url, host, requests } = await serve(t, (request, response) => {
    if (request.url === '/') response.writeHead(302, { location: '/there?a=1' }).end();
    else response.end('picture');
  });
  assert.equal(String(await sourcesWith(host).read(url, forEver)), 'picture');
  assert.deepEqual(requests, ['/', '/there?a=1']);
});

test('a redirect to an address that is not allowed is refused, by address, by name and by scheme', async (t) => {
  const secret = await serve(t, (_request, response) => response.end('secret'));
  for (const location of [
    secret.url,
    secret.url.replace('127.0.0.1', 'rebound.example'),
    'file:///etc/passwd',
    'http://169.254.169.254/latest/',
    `http://user:pass@example.org/`,
  ]) {
    const { url, host } = await serve(t, (_request, response) => response.writeHead(301, { location }).end());
    const sources = sourcesWith(`*,${host}`, { resolve: async () => [{ address: '127.0.0.1', family: 4 }] });
    assert.equal((await itemError(sources.read(url, forEver))).code, 'source-not-allowed', location);
  }
  assert.deepEqual(secret.requests, []);
});

test('after five redirects it is enough', async (t) => {
  const { url, host, requests } = await serve(t, (_request, response) =>
    response.writeHead(307, { location: '/again' }).end(),
  );
  const error = await itemError(sourcesWith(host).read(url, forEver));
  assert.equal(error.code, 'source-refused');
  assert.equal(error.message, `${host} redirects more than 5 times.`);
  assert.equal(requests.length, 6);
});

test('404 and 410 mean that there is no picture, other refusals that it is not given', async (t) => {
  const { url, host } = await serve(t, (request, response) => response.writeHead(Number(request.url?.slice(1))).end());
  const sources = sourcesWith(host);
  const codes = {
    404: 'source-not-found',
    410: 'source-not-found',
    401: 'source-refused',
    403: 'source-refused',
    204: 'source-refused',
    206: 'source-refused',
    302: 'source-refused',
  };
  for (const [status, code] of Object.entries(codes)) {
    assert.equal((await itemError(sources.read(url + status, forEver))).code, code, status);
  }
});

test('5xx and 429 may pass', async (t) => {
  const { url, host } = await serve(t, (request, response) => response.writeHead(Number(request.url?.slice(1))).end());
  for (const status of [500, 502, 503, 429]) {
    assert.equal(await retryReason(sourcesWith(host).read(url + status, forEver)), `${host} answered ${status}`);
  }
});

test('a server that is not there may come back', async () => {
  const gone = await listen(() => {}, { host: '127.0.0.1', port: 0 });
  await gone.close();
  const host = `127.0.0.1:${gone.port}`;
  assert.equal(await retryReason(sourcesWith(host).read(`http://${host}/`, forEver)), `${host} refused the connection`);
});

test('a name that does not exist is said to', async () => {
  const resolve = (): Promise<never> => Promise.reject(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }));
  const error = await itemError(sourcesWith('*', { resolve }).read('http://nowhere.example/', forEver));
  assert.equal(error.code, 'source-not-found');
  assert.equal(error.message, 'There is no host named nowhere.example.');
});

test('a server that hangs is given up after the limit: before its answer, in its body, and while it drips', async (t) => {
  const hang = await serve(t, () => {});
  const stall = await serve(t, (_request, response) => response.write('some'));
  const drip = await serve(t, (_request, response) => {
    const timer = setInterval(() => response.write('.'), 20);
    response.on('close', () => clearInterval(timer));
  });
  for (const { url, host } of [hang, stall, drip]) {
    const reason = await retryReason(sourcesWith(host, { timeoutMs: 200 }).read(url, forEver));
    assert.equal(reason, `${host} did not give the picture within 0.2 s`);
  }
});

test('whoever asked can stop it', async (t) => {
  const stop = new AbortController();
  const { url, host } = await serve(t, () => stop.abort(new Error('enough')));
  await assert.rejects(sourcesWith(host).read(url, stop.signal), { message: 'enough' });
});

test('a body that is announced as too large is not read', async (t) => {
  const { url, host } = await serve(t, (_request, response) =>
    response.writeHead(200, { 'content-length': 30 * 1024 ** 2 }).write('x'),
  );
  const error = await itemError(sourcesWith(host).read(url, forEver));
  assert.equal(error.code, 'source-too-large');
  assert.equal(error.message, 'The source has 30 MiB, at most 20 MiB are taken.');
});

test('a body without an end is cut at the limit, and its connection with it', async (t) => {
  const closed = Promise.withResolvers<void>();
  const { url, host } = await serve(t, (_request, response) => {
    const chunk = Buffer.alloc(256 * 1024);
    const more = (): void => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', more);
    response.on('close', () => closed.resolve());
    more();
  });
  const error = await itemError(sourcesWith(host).read(url, forEver));
  assert.equal(error.code, 'source-too-large');
  assert.equal(error.message, 'The source has more than 20 MiB, at most 20 MiB are taken.');
  await closed.promise;
});

test('a body that breaks off may come whole the next time', async (t) => {
  const { url, host } = await serve(t, (_request, response) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('only this', () => response.destroy());
  });
  assert.equal(await retryReason(sourcesWith(host).read(url, forEver)), `${host} broke off the connection`);
});
