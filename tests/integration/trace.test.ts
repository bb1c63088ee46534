// `./lab trace` on a real broker and a real database: one item's way, finished, dead, under way, and what is no item.
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { recordResults } from '../../services/shared/ledger/record.ts';
import { openLedgerLab } from '../helpers/ledger-lab.ts';
import { at, runLab } from '../helpers/run-lab.ts';
import { undoStack } from '../helpers/undo.ts';

const step = (queuedAt: number, startedAt: number, finishedAt: number, attempt = 1) => ({
  ...{ role: 'resize', replica: 'resize-2', queuedAt, startedAt, finishedAt, attempt },
});

suite('a trace', { concurrency: 4 }, () => {
  test('of an item has segments that add up to its total, retries and redeliveries among them', async (context) => {
    const { addresses, submit, database } = await openLedgerLab(undoStack(context));
    const job = await submit(2);
    const now = Date.now();
    const steps = [step(now, now + 1, now + 2), { ...step(now + 2, now + 3, now + 4, 2), redelivered: true as const }];
    const error = { code: 'gave-up', reason: 'It is a poem.', role: 'resize' };
    const result = { job, index: 1, state: 'failed', error, steps, attempts: 2, worker: 'resize-2' } as const;
    await recordResults(database, [result]);
    const { code, out, err } = await runLab('trace', `${job}.1`, ...at(addresses));
    assert.equal(code, 0, err);
    assert.match(out, new RegExp(`^${job}\\.1\n`));
    assert.match(out, /resize working .* ms resize-2, attempt 2$/m);
    assert.match(out, /resize waiting .* ms handed out again/m);
    assert.match(out, /failed at resize: It is a poem\.\n$/);
    const traced = JSON.parse((await runLab('trace', job, '--json', ...at(addresses))).out);
    assert.equal(traced.item, `${job}.1`, 'of a job it is the slowest that is finished');
    assert.equal(traced.total_ms, Date.parse(traced.finished_at) - Date.parse(traced.accepted_at));
  });

  test('of no item at all is of the newest job; one that is not finished is where the broker says', async (context) => {
    const { addresses, submit } = await openLedgerLab(undoStack(context));
    const nothing = await runLab('trace', ...at(addresses));
    assert.deepEqual([nothing.code, nothing.out], [1, '']);
    assert.match(nothing.err, /there is no job yet/);
    const job = await submit(1);
    const { code, out } = await runLab('trace', ...at(addresses));
    assert.equal(code, 0);
    assert.match(out, new RegExp(`^${job}\\.0  the only image of the newest job\n`));
    assert.match(
      out,
      /not finished, .* after it was accepted: with the broker since .*, one of 1 message in resize\.IN/,
    );
  });

  test('of a dead item ends with the reason of its dead letter', async (context) => {
    const { addresses, submit, send, item, channel } = await openLedgerLab(undoStack(context));
    const job = await submit(1);
    await channel.purgeQueue('resize.IN');
    const steps = JSON.stringify([['resize', 'resize-1', Date.now(), 5, 1, 3]]);
    const death = { 'x-dead-code': 'cannot-send', 'x-dead-reason': 'it was odd', 'x-dead-from': 'resize.IN' };
    await send('dead-resize.IN', [item(job, 0)], { ...death, 'x-steps': steps, 'x-sent-at': Date.now() + 10 });
    const { code, out } = await runLab('trace', `${job}.0`, ...at(addresses));
    assert.equal(code, 0);
    assert.match(out, /resize working .* ms resize-1$/m);
    assert.match(out, /dead, in dead-resize\.IN: it was odd \(\.\/lab dead replay dead-resize\.IN sends it back\)\n$/);
  });

  test('of what is no item is refused in one line', async (context) => {
    const { addresses, submit } = await openLedgerLab(undoStack(context));
    const job = await submit(1);
    const refusals = [
      ['harbour', 2, /expected an item such as <job>\.3, or a job id, got "harbour"/],
      [`${job}.7`, 1, /has the images 0 to 0, no 7/],
      ['01976f6c-0f5e-7c3a-9d3b-3f1f5a1c2b4d', 1, /No job has the id/],
    ] as const;
    const answers = await Promise.all(refusals.map(([given]) => runLab('trace', given, ...at(addresses))));
    for (const [n, { code, out, err }] of answers.entries()) {
      assert.deepEqual([code, out], [refusals[n]![1], '']);
      assert.match(err, refusals[n]![2]);
      assert.equal(err.trim().split('\n').length, 1);
    }
  });
});
