import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { createDatabase, databaseProblem } from './database.ts';
import { createLog } from './log.ts';

const log = createLog('test', 'test', 'silent');
const withCode = (code: string) => Object.assign(new Error('reason'), { code });

test('a database that refuses, sleeps, starts or stops is a problem that passes', () => {
  for (const code of [
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ETIMEDOUT',
    '08006',
    '57P03',
    '57P01',
    '53300',
    '57014',
  ]) {
    const problem = databaseProblem(withCode(code));
    assert.equal(problem?.code, 'database-unavailable', code);
    assert.equal(problem.retryAfterSeconds, 2);
  }
  assert.equal(databaseProblem(new AggregateError([withCode('ECONNREFUSED')]))?.code, 'database-unavailable');
  assert.equal(databaseProblem(new Error('Connection terminated unexpectedly'))?.code, 'database-unavailable');
});

test('a statement that is wrong is no such problem', () => {
  for (const code of ['42601', '23505', '22P02', 'ERR_ASSERTION'])
    assert.equal(databaseProblem(withCode(code)), undefined);
  assert.equal(databaseProblem(new TypeError('x is undefined')), undefined);
  assert.equal(databaseProblem('a string'), undefined);
});

test('a server that takes the connection and never answers is an error within the limit', async (t) => {
  const silent = createServer((socket) => void socket.on('error', () => socket.destroy()));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  const database = createDatabase({ url: `postgres://lab@127.0.0.1:${port}/lab`, name: 'test', log, limitMs: 200 });
  t.after(async () => {
    await database.close();
    silent.close();
  });
  const startedAt = performance.now();
  await assert.rejects(database.query('SELECT 1'), (error) => databaseProblem(error) !== undefined);
  assert(performance.now() - startedAt < 1_000);
});
