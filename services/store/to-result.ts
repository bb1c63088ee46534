// From a message at the end of the graph to what the ledger keeps of it.
import type { FailedResult, Result } from '../shared/ledger/record.ts';
import { CANCELLED, type ItemResult } from '../shared/messages.ts';
import type { Delivery } from '../shared/messaging/types.ts';

/** `code` of the failure that takes the place of a result which cannot be kept. */
export const NOT_STORABLE = 'result-not-storable';

/** Who records, and since when. */
interface Recorder {
  role: string;
  replica: string;
  startedAt: number;
}

/** Bytes of base64 text; undefined where it is none. */
function decodedLength(text: string): number | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  return (text.length / 4) * 3 - (text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0);
}

/** The result of a delivery. Steps, attempt and worker are those of the envelope, as far as it has them. */
export function toResult(delivery: Delivery<ItemResult>, recorder: Recorder): Result {
  const { data, steps, attempt, sentAt, redelivered } = delivery;
  const last = steps.at(-1);
  const base = {
    job: data.job,
    index: data.index,
    steps,
    recording: { ...recorder, queuedAt: sentAt, attempt, ...(redelivered ? { redelivered: true as const } : {}) },
    worker: last?.replica,
  };
  if ('error' in data) {
    const { attempts, ...error } = data.error;
    return { ...base, state: error.code === CANCELLED ? 'cancelled' : 'failed', error, attempts };
  }
  const attempts = Math.max(1, ...steps.map((step) => step.attempt));
  const { bytes, ...image } = data.image;
  const length = decodedLength(bytes);
  if (length === undefined) return unstorable({ ...base, attempts }, 'Its picture is not base64.');
  const facts = { ...image, bytes: length, original: data.original };
  return { ...base, state: 'done', image: facts, caption: data.caption ?? null, bytes, attempts };
}

/** The failure that takes the place of a result which the database does not take. */
export function unstorable(
  { job, index, recording, attempts }: Pick<Result, 'job' | 'index' | 'recording' | 'attempts'>,
  why = 'The database does not take its values.',
): FailedResult {
  const error = { code: NOT_STORABLE, reason: `The result cannot be stored. ${why}`, role: 'store' };
  return { job, index, state: 'failed', error, steps: [], recording, attempts };
}
