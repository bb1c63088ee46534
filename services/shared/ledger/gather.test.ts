import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gather } from './gather.ts';

/** A work that goes on when it is told to, and what it was given so far. */
function heldWork({ most = 100, atATime = 1 }: { most?: number; atATime?: number } = {}) {
  const given: number[][] = [];
  const held: PromiseWithResolvers<void>[] = [];
  const add = gather<number, string>({
    most,
    atATime,
    weigh: (one) => one,
    work: async (all) => {
      given.push([...all]);
      const hold = Promise.withResolvers<void>();
      held.push(hold);
      await hold.promise;
      return all.map((one) => `done ${one}`);
    },
  });
  return { add, given, held };
}

const away = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
const turns = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('who comes alone begins at once, and those who come meanwhile go together', async () => {
  const { add, given, held } = heldWork();
  const answers = [add(1), add(2), add(3)];
  assert.deepEqual(given, [[1]]);
  held[0]!.resolve();
  await turns();
  assert.deepEqual(given, [[1], [2, 3]]);
  held[1]!.resolve();
  assert.deepEqual(await Promise.all(answers), ['done 1', 'done 2', 'done 3']);
});

test('no more go together than weigh so much, and one that weighs more goes alone', async () => {
  const { add, given, held } = heldWork({ most: 10 });
  const answers = [add(1), add(6), add(4), add(25), add(2)];
  for (let n = 0; n < 4; n += 1) {
    held[n]!.resolve();
    await turns();
  }
  await Promise.all(answers);
  assert.deepEqual(given, [[1], [6, 4], [25], [2]]);
});

test('what fails for one does not fail for the others', async () => {
  const add = gather<number, number>({
    most: 100,
    atATime: 1,
    weigh: () => 1,
    work: async (all) => {
      await turns();
      if (all.includes(13)) throw new Error('13 is wrong');
      return all;
    },
  });
  const answers = await Promise.allSettled([add(1), add(12), add(13), add(14)]);
  assert.deepEqual(
    answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : (answer.reason as Error).message)),
    [1, 12, '13 is wrong', 14],
  );
});

test('when the database is away, those who wait for their turn are told with those whose turn it was', async () => {
  const { add, given, held } = heldWork();
  const answers = [add(1), add(2), add(3)];
  held[0]!.reject(away);
  for (const answer of answers) await assert.rejects(answer, away);
  assert.deepEqual(given, [[1]]);
  const next = add(4);
  held[1]!.resolve();
  assert.equal(await next, 'done 4');
});
