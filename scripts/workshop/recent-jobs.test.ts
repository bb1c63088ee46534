import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { listen, sendJson } from '../../services/shared/http.ts';
import { createServiceClient, type ServiceClient } from '../service-client.ts';
import { listedJobs, withItems } from './recent-jobs.ts';

interface Asked {
  client: ServiceClient;
  lists: string[];
  mostAtOnce: number;
}

/** A front end with so many jobs, the newest of which is the first. */
async function frontEndWith(t: TestContext, count: number): Promise<Asked> {
  const asked = { lists: [] as string[], mostAtOnce: 0 };
  let atOnce = 0;
  const { server, port, close } = await listen(
    (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://frontend');
      if (pathname === '/jobs') {
        asked.lists.push(searchParams.get('after') ?? '');
        const from = Number(searchParams.get('after') ?? 0);
        const end = Math.min(count, from + Number(searchParams.get('limit')));
        const jobs = Array.from({ length: end - from }, (_, n) => ({ id: String(from + n) }));
        return sendJson(response, 200, { jobs, next: end < count ? `/jobs?limit=100&after=${end}` : null });
      }
      atOnce += 1;
      asked.mostAtOnce = Math.max(asked.mostAtOnce, atOnce);
      // The later ones are answered first.
      setImmediate(() => {
        atOnce -= 1;
        sendJson(response, 200, { id: pathname.slice('/jobs/'.length), items: [] });
      });
    },
    { host: '127.0.0.1', port: 0 },
  );
  t.after(async () => {
    server.closeAllConnections();
    await close();
  });
  const access = { name: 'front end', url: `http://127.0.0.1:${port}`, token: '', wrongToken: 'wants a token' };
  return Object.assign(asked, { client: createServiceClient(access) });
}

const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => ({ id: String(from + n) }));

test('the list is read page by page to its end, the newest first, and no job is asked for by itself', async (t) => {
  const asked = await frontEndWith(t, 650);
  assert.deepEqual(await listedJobs(asked.client), { found: ids(0, 650), more: false });
  assert.deepEqual(asked.lists, ['', '100', '200', '300', '400', '500', '600']);
  assert.equal(asked.mostAtOnce, 0);
});

test('no more are listed than were wanted, and it is said that there are more', async (t) => {
  const asked = await frontEndWith(t, 250);
  assert.deepEqual(await listedJobs(asked.client, 120), { found: ids(0, 120), more: true });
  assert.deepEqual(asked.lists, ['', '100']);
  assert.equal((await listedJobs(asked.client, 200)).more, true);
  assert.equal((await listedJobs(asked.client, 250)).more, false);
});

test('jobs are read with their items in the order that was wanted, a few at a time', async (t) => {
  const asked = await frontEndWith(t, 50);
  const wanted = ids(10, 40).reverse();
  assert.deepEqual(
    await withItems(asked.client, wanted),
    wanted.map(({ id }) => ({ id, items: [] })),
  );
  assert(asked.mostAtOnce <= 4, `${asked.mostAtOnce} at once`);
});

test('where there is no job, there is none', async (t) => {
  const { client } = await frontEndWith(t, 0);
  assert.deepEqual(await listedJobs(client), { found: [], more: false });
});
