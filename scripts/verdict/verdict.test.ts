import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import type { Audit, OpenItem } from '../../services/shared/ledger/audit.ts';
import { waitSeconds } from '../commands/verdict.ts';
import { type BrokerLook, kindOf } from './broker-look.ts';
import { conclude, isStill, missing } from './conclude.ts';
import { createQuietWatch } from './quiet.ts';
import { exitCodeOf } from './types.ts';
import { verdictReport } from './verdict-report.ts';

const AT = '2026-01-31T12:00:00.000Z';
const job = '01976f6c-0f5e-7c3a-9d3b-3f1f5a1c2b4d';
const audit = (more: Partial<Audit> = {}): Audit => ({
  ...{ at: AT, accepted: 10, done: 10, failed: 0, cancelled: 0, open: 0, unpublished: 0, inside_requests: 0 },
  ...{ redelivered: 0, retried: 0, duplicate_deliveries: 0, duplicate_effects: 0 },
  ...{ inconsistencies: [], open_items: [], more: false, ...more },
});
const look = (more: Partial<BrokerLook> = {}): BrokerLook => ({ queues: [], inHand: 0, passed: '', ...more });
const open = (index: number, published_at: string | null = AT): OpenItem => ({
  ...{ item: `${job}.${index}`, job, index, accepted_at: AT, published_at },
});
const facts = { audit: audit(), look: look(), known: true, lost: [], dead: [], unsafe: false };

test('queues are told apart by their names', () => {
  for (const [name, kind] of [
    ['resize.IN', 'work'],
    ['theirs', 'work'],
    ['resize.IN.delay-500ms', 'delay'],
    ['dead-resize.IN', 'dead'],
    ['web.RESULTS.web-1', 'other'],
    ['resize.CANCEL.queuelab-resize-1', 'other'],
    ['.control-resize-7', 'other'],
    ['fbp', 'other'],
  ] as const) {
    assert.equal(kindOf(name), kind, name);
  }
  assert.equal(kindOf('amq.gen-1', { exclusive: true }), 'other');
});

test('missing is what was published before the quiet, and is neither waiting nor dead', () => {
  const later = '2026-01-31T12:00:01.000Z';
  const items = [open(0), open(1), open(2), open(3, null), open(4, later)];
  const found = missing(items, { since: AT, waiting: new Set([`${job}.1`]), dead: new Set([`${job}.2`]) });
  assert.deepEqual(
    found.map(({ index }) => index),
    [0],
  );
});

test('the equation holds in every verdict', () => {
  const dead = [{ item: `${job}.1`, queue: 'dead-resize.IN', code: 'rejected', reason: 'it was' }];
  const numbers = audit({ accepted: 12, done: 4, failed: 1, cancelled: 2, open: 5 });
  const verdict = conclude({ ...facts, audit: numbers, lost: [open(0)], dead }, AT);
  const { accepted, done, failed, cancelled, in_flight, lost } = verdict;
  assert.equal(accepted, done + failed + verdict.dead + cancelled + in_flight + lost);
  assert.deepEqual([verdict.verdict, in_flight, lost, exitCodeOf(verdict)], ['lost', 3, 1, 1]);
});

test('a verdict is of the worst that was found, and the exit code says so', () => {
  for (const [more, word, code] of [
    [{}, 'nothing lost', 0],
    [{ known: false }, 'nothing lost', 0],
    [{ audit: audit({ done: 9, open: 1 }) }, 'nothing lost', 0],
    [{ audit: audit({ done: 9, open: 1 }), known: false }, 'not at rest', 2],
    [{ audit: audit({ duplicate_effects: 1 }) }, 'doubled', 1],
    [{ audit: audit({ inconsistencies: ['it does not add up'] }) }, 'inconsistent', 1],
    [{ audit: audit({ duplicate_effects: 1, done: 9, open: 1 }), lost: [open(0)] }, 'lost', 1],
  ] as const) {
    const verdict = conclude({ ...facts, ...more }, AT);
    assert.deepEqual([verdict.verdict, exitCodeOf(verdict)], [word, code]);
  }
});

test('nothing is still while a hand may hold it, or it comes back by itself, or it has not been measured', () => {
  const delayed = { name: 'resize.IN.delay-500ms', kind: 'delay' as const, waiting: 1, consumers: 0 };
  assert.equal(isStill(audit(), look()), true);
  for (const moving of [look({ inHand: 1 }), look({ inHand: undefined }), look({ queues: [delayed] })]) {
    assert.equal(isStill(audit(), moving), false);
  }
  assert.equal(isStill(audit({ unpublished: 1 }), look()), false);
  assert.equal(isStill(audit({ inside_requests: 1 }), look()), false);
});

test('quiet begins again whenever something has moved, and knows what the ledger said before it', () => {
  const watch = createQuietWatch('first');
  assert.deepEqual(watch.see(look(), audit({ at: 'second' }), 0), { lastedMs: 0, ended: false, since: 'first' });
  assert.deepEqual(watch.see(look(), audit({ at: 'third' }), 900), { lastedMs: 900, ended: false, since: 'first' });
  const moved = { lastedMs: 0, ended: true };
  assert.deepEqual(watch.see(look({ passed: '1' }), audit({ at: 'fourth' }), 1_900), { ...moved, since: 'third' });
  assert.deepEqual(watch.see(look({ passed: '1' }), audit({ done: 9 }), 2_900), { ...moved, since: 'fourth' });
});

test('a report shows the numbers, twenty lost items with their life lines, and one sentence', () => {
  const lost = Array.from({ length: 23 }, (_, index) => open(index));
  const verdict = conclude({ ...facts, audit: audit({ accepted: 1_023, open: 23 }), lost, unsafe: true }, AT);
  const text = stripVTControlCharacters(verdictReport(verdict));
  assert.match(text, /^UNSAFE_MESSAGING is on/);
  assert.match(text, /accepted +1,023/);
  assert.equal(text.match(/ accepted \d\d:\d\d:\d\d, with the broker \d\d:\d\d:\d\d, and nothing since/g)?.length, 20);
  assert.match(text, /… and 3 more \(--json has all\)/);
  assert.match(text, /LOST: 23 of 1,023 items are nowhere$/);
});

test('a time to wait is in seconds or minutes, up to an hour', () => {
  assert.deepEqual(['0', '60s', '2m', '1.5s'].map(waitSeconds), [0, 60, 120, 1.5]);
  for (const odd of ['', '-1s', '2h', 'soon', '61m']) assert.throws(() => waitSeconds(odd), /--wait must be a time/);
});
