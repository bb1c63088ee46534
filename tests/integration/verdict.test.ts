// `./lab verdict` on a real broker and a real database: it finds what was lost by hand, and calls nothing lost that is not.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { verdictOf } from '../../scripts/verdict/verdict.ts';
import { cancelJob } from '../../services/shared/ledger/cancel.ts';
import { eventually } from '../helpers/eventually.ts';
import { openLedgerLab } from '../helpers/ledger-lab.ts';
import { at, runLab } from '../helpers/run-lab.ts';
import { undoStack } from '../helpers/undo.ts';

// Most of the time goes by in watching that nothing moves.
suite('a verdict', { concurrency: 4 }, () => {
  test('is at once that nothing is lost, where all is final; a result that came twice is counted, and harmless', async (context) => {
    const { addresses, submit, send, failure, startStore, database, channel } = await openLedgerLab(undoStack(context));
    const job = await submit(3);
    const cancelled = await submit(2);
    await cancelJob(database, cancelled);
    await channel.purgeQueue('resize.IN');
    await startStore();
    await send(
      'store.IN',
      [0, 1, 2, 1].map((index) => failure(job, index)),
    );
    const verdict = await eventually('the fourth result has come', async () => {
      const now = await verdictOf(addresses, { waitSeconds: 0 });
      return now.duplicate_deliveries === 1 && now;
    });
    const { accepted, done, failed, cancelled: stopped, in_flight, lost, duplicate_effects } = verdict;
    assert.equal(verdict.verdict, 'nothing lost');
    assert.deepEqual([accepted, done, failed, stopped, in_flight, lost, duplicate_effects], [5, 0, 3, 2, 0, 0, 0]);
    const { code, out } = await runLab('verdict', ...at(addresses));
    assert.equal(code, 0);
    assert.match(out, /duplicate deliveries +1 +harmless: the second changed nothing/);
    assert.match(out, /nothing lost: all of 5 items accounted for\n$/);
  });

  test('names an item whose message is gone, and no other', async (context) => {
    const { addresses, submit, send, failure, startStore, channel } = await openLedgerLab(undoStack(context));
    const job = await submit(3);
    await channel.purgeQueue('resize.IN');
    await startStore();
    await send('store.IN', [failure(job, 0), failure(job, 2)]);
    const { code, out, err } = await runLab('verdict', ...at(addresses), '--json');
    assert.equal(code, 1, err);
    const { verdict, accepted, failed, lost, lost_items } = JSON.parse(out);
    assert.deepEqual([verdict, accepted, failed, lost], ['lost', 3, 2, 1]);
    assert.deepEqual(
      lost_items.map(({ item }: { item: string }) => item),
      [`${job}.1`],
    );
  });

  test('tells lost ones from those that wait with nobody to take them, and leaves these where they are', async (context) => {
    const { addresses, submit, channel } = await openLedgerLab(undoStack(context));
    const gone = await submit(2);
    await channel.purgeQueue('resize.IN');
    await submit(4);
    const { code, out } = await runLab('verdict', ...at(addresses), '--wait', '0s');
    assert.equal(code, 1);
    assert.match(out, /\+ +in flight +4 +4 messages in resize\.IN, which nobody takes from/);
    assert.match(out, /\+ +lost +2/);
    for (const index of [0, 1]) assert.match(out, new RegExp(`^ {2}${gone}\\.${index} {2}accepted `, 'm'));
    assert.match(out, /LOST: 2 of 6 items are nowhere\n$/);
    assert.equal((await channel.checkQueue('resize.IN')).messageCount, 4);
  });

  test('finds all that waits, and is that nothing is lost', async (context) => {
    const { addresses, submit } = await openLedgerLab(undoStack(context));
    await submit(5);
    const verdict = await verdictOf(addresses, { waitSeconds: 5 });
    assert.deepEqual([verdict.verdict, verdict.in_flight, verdict.lost], ['nothing lost', 5, 0]);
  });

  test('does not call lost what somebody has in hand, however long: nobody can say, and the exit code is 2', async (context) => {
    const { addresses, submit, channel } = await openLedgerLab(undoStack(context));
    await submit(2);
    for (let n = 0; n < 2; n += 1) assert(await channel.get('resize.IN'));
    const { code, out } = await runLab('verdict', ...at(addresses), '--wait', '14s');
    assert.equal(code, 2);
    assert.match(out, /in flight +2 +2 messages in workers' hands/);
    assert.match(out, /not at rest: 2 of 2 items in flight, nobody can say yet\n$/);
  });

  test('waits for what is in flight', async (context) => {
    const { addresses, submit, send, failure, startStore, channel } = await openLedgerLab(undoStack(context));
    const job = await submit(1);
    const { promise: waits, resolve } = Promise.withResolvers<void>();
    const verdict = verdictOf(addresses, { waitSeconds: 60, onProgress: () => resolve() });
    await waits;
    await channel.purgeQueue('resize.IN');
    await send('store.IN', [failure(job, 0)]);
    await startStore();
    assert.deepEqual([(await verdict).verdict, (await verdict).failed], ['nothing lost', 1]);
  });

  test('counts what is among the dead letters as dead, with the reason, unless another copy was finished', async (context) => {
    const { addresses, submit, send, item, failure, startStore, channel } = await openLedgerLab(undoStack(context));
    const job = await submit(2);
    await channel.purgeQueue('resize.IN');
    const dead = { 'x-dead-code': 'cannot-send', 'x-dead-reason': 'it was odd', 'x-dead-from': 'resize.IN' };
    await send('dead-resize.IN', [item(job, 0), item(job, 1)], dead);
    await startStore();
    await send('store.IN', [failure(job, 1)]);
    const { code, out } = await runLab('verdict', ...at(addresses), '--json');
    assert.equal(code, 0);
    const { verdict, failed, dead: count, dead_items } = JSON.parse(out);
    assert.deepEqual([verdict, failed, count], ['nothing lost', 1, 1]);
    assert.deepEqual(dead_items, [
      { item: `${job}.0`, queue: 'dead-resize.IN', code: 'cannot-send', reason: 'it was odd' },
    ]);
    assert.equal((await channel.checkQueue('dead-resize.IN')).messageCount, 2);
  });

  test('says where something had its effect twice, or the books contradict themselves', async (context) => {
    const { addresses, submit, send, failure, startStore, database } = await openLedgerLab(undoStack(context));
    const job = await submit(1, { queue: 'store.IN' });
    await startStore();
    await send('store.IN', [failure(job, 0)]);
    await eventually('it is final', async () => (await verdictOf(addresses, { waitSeconds: 0 })).failed === 1);
    await database.query(`UPDATE items SET error = '{}', state = 'failed' WHERE job = $1`, [job]);
    const doubled = await runLab('verdict', ...at(addresses));
    assert.equal(doubled.code, 1);
    assert.match(doubled.out, /duplicate effects +1\n/);
    assert.match(doubled.out, /DOUBLED: 1 effect too many among 1 item\n$/);
    await database.query('UPDATE items SET effects = 1, rank = 2 WHERE job = $1', [job]);
    const inconsistent = await runLab('verdict', ...at(addresses));
    assert.equal(inconsistent.code, 1);
    assert.match(inconsistent.out, /1 of the jobs have gaps in the order/);
  });

  test('can be of one job', async (context) => {
    const { addresses, submit, database } = await openLedgerLab(undoStack(context));
    await submit(3);
    const job = await submit(1);
    await cancelJob(database, job);
    const { code, out } = await runLab('verdict', ...at(addresses), '--json', '--job', job);
    assert.deepEqual([code, JSON.parse(out).accepted], [0, 1]);
  });

  test('that cannot be asked for is refused in one line, with exit code 2', async (context) => {
    const { addresses } = await openLedgerLab(undoStack(context));
    const nobody = { ...addresses, frontend: 'http://127.0.0.1:9' };
    const refusals = [
      [['--wait', 'soon'], /--wait must be a time up to an hour such as 60s or 2m, got "soon"/],
      [['--job', '7'], /--job must be a job id, which is a UUID, got "7"/],
      [['--frontend', 'lab'], /--frontend must be an address such as/],
      [[...at(nobody), '--wait', '0s'], /the front end at http:\/\/127\.0\.0\.1:9 does not answer/],
      [['--url', addresses.amqp], /name its front end, too/],
    ] as const;
    const answers = await Promise.all(refusals.map(([args]) => runLab('verdict', ...args)));
    for (const [n, { code, out, err }] of answers.entries()) {
      assert.deepEqual([code, out], [2, ''], err);
      assert.match(err, refusals[n]![1]);
      assert.equal(err.trim().split('\n').length, 1);
    }
    const asked = await fetch(`${addresses.frontend}/ledger?before=yesterday`);
    assert.equal(asked.status, 422);
    assert.match(((await asked.json()) as { detail: string }).detail, /before must be a time such as/);
  });
});
