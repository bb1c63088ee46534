import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { BrokerConnection } from '../../services/shared/messaging/connection.ts';
import { whilePaused } from './while-paused.ts';

/** A broker that knows exchanges only. `away`: it refuses to take a flag away. */
function openBroker({ away = false } = {}) {
  const flags = new Set<string>();
  const channel = {
    assertExchange: async (name: string) => void flags.add(name),
    deleteExchange: async (name: string) => {
      if (away) throw new Error('the broker is away');
      flags.delete(name);
    },
  };
  const words: string[] = [];
  const connection = {
    withChannel: (work: (one: typeof channel) => Promise<void>) => work(channel),
    publisher: {
      publish: async ({ exchange }: { exchange: string }, word: string) => {
        words.push(`${exchange} ${(JSON.parse(word) as { command: string }).command}`);
      },
    },
  } as unknown as BrokerConnection;
  return { connection, words };
}

const ROLES = ['resize', 'store'];
const NEVER = new AbortController().signal;
const wordsOf = (command: string): string[] => ROLES.map((role) => `control-${role} ${command}`);

test('roles take no work while something is done, and go on afterwards', async () => {
  const { connection, words } = openBroker();
  await whilePaused(connection, { roles: ROLES, signal: NEVER }, async () => {
    assert.deepEqual(words, wordsOf('stop'));
  });
  assert.deepEqual(words, [...wordsOf('stop'), ...wordsOf('start')]);
});

test('they go on where it fails, and its own error is told', async () => {
  const { connection, words } = openBroker();
  const failure = new Error('the database is away');
  await assert.rejects(
    whilePaused(connection, { roles: ROLES, signal: NEVER }, () => Promise.reject(failure)),
    failure,
  );
  assert.deepEqual(words, [...wordsOf('stop'), ...wordsOf('start')]);
});

test('where they cannot go on, that is told beside the first error', async () => {
  const { connection } = openBroker({ away: true });
  await assert.rejects(
    whilePaused(connection, { roles: ROLES, signal: NEVER }, () => Promise.reject(new Error('the database is away'))),
    {
      name: 'CannotRun',
      message:
        'the database is away; and resize, store may still be paused (the broker is away): ./lab reset lets them go on',
    },
  );
});

test('where somebody interrupts, that is why it has failed', async () => {
  const { connection, words } = openBroker();
  const stop = new AbortController();
  const reason = new Error('interrupted');
  const work = async (): Promise<void> => {
    stop.abort(reason);
    throw new Error('a child of this command has ended, too');
  };
  await assert.rejects(whilePaused(connection, { roles: ROLES, signal: stop.signal }, work), reason);
  assert.deepEqual(words, [...wordsOf('stop'), ...wordsOf('start')]);
});
