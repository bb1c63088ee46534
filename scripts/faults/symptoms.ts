// What each fault looks like, and where to look: two or three lines that a person can check while it lasts.
import type { Verb } from './role-fault.ts';
import type { Victim } from './victims.ts';

/** An idle connection is taken for dead after two heartbeats of 10 s without a word. */
const SILENCE = 'after 20 to 30 s of silence';

const KILLED =
  'What it had in hand is handed out again at once, to another: ./lab status shows its queue, and `redelivered` in ./lab verdict counts it.';
const RESTARTED =
  'It finishes what it has in hand, then starts anew: nothing is redelivered, only later (./lab status).';
const PAUSED =
  `Its messages stay in its hands (unacked in ./lab status) and nobody works on them; ${SILENCE} the broker gives them to others.\n` +
  'When it goes on it finds its connection gone, connects again, and what it then finishes has no second effect.';
const CUT =
  `Nothing reaches it and it reaches nobody: it still runs, and ./lab status calls it unhealthy. ${SILENCE.replace('a', 'A')} the broker gives its\n` +
  'messages to others. Put back, it connects again by itself within seconds.';

/** For services that do not work on messages. */
const OTHERS: Readonly<Record<string, string>> = {
  frontend:
    'POST /jobs is not answered. What was answered with 202 goes on; a client sends again with its Idempotency-Key.',
  rabbitmq:
    'Nobody gets or sends a message: the front end answers 503 with Retry-After, workers wait and connect again by themselves.',
  postgres: 'The front end answers 503 with Retry-After; results wait in store.IN (./lab status), and none is lost.',
  vendor: 'Captions are tried again, each time later: caption.IN and its delay queues grow (./lab status).',
  coordinator: 'Work flows on, as the broker keeps the bindings; nothing can be wired anew until it is back.',
  scaler: 'Nobody scales: the replicas stay as they are, and work flows on.',
  platform: 'No replica is added or taken away: the scaler says that it cannot, and work flows on.',
};

/** One or two sentences on what was done to these replicas. */
export function roleSymptom(verb: Verb, victims: readonly Victim[]): string {
  const other = OTHERS[victims[0]?.service ?? ''];
  if (other !== undefined) return other;
  return { kill: KILLED, restart: RESTARTED, pause: PAUSED, cut: CUT }[verb];
}

export const brokerSymptoms = {
  restart:
    'Every connection ends; what was in hand is handed out again, nothing that was confirmed is lost. The front end answers 503 with\n' +
    'Retry-After meanwhile; workers connect again by themselves. ./lab status, and `redelivered` in ./lab verdict.',
  stop: OTHERS.rabbitmq!,
} as const;

export const databaseSymptoms = {
  stop: OTHERS.postgres!,
  lock:
    'Every statement on items waits: GET /jobs does not answer, POST /jobs answers 503 after a while, results pile up in store.IN, unacked\n' +
    '(./lab status). No error is to be seen anywhere, only waiting.',
  slow: 'Every statement on items waits up to 0.4 s: store does a fraction of its work and store.IN grows, all else is quick (./lab status).',
} as const;

/** What differs without Docker. */
export const PGLITE =
  'Without Docker the database has one session that all share in turn: everything in it waits, not only what is about items.';
