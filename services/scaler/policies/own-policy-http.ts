// One's own policy behind an http address, in any language: it is sent {situation, settings} and answers {replicas, reason?}.
import { readWish } from '../deciding/read-wish.ts';
import { type AskedPolicy, answerLimitMs, problemText } from './own-policy.ts';

const ANSWER_MS = 2_000;
const LONGEST_ANSWER = 64 * 1024;

/** @throws {Error} where there is more than the limit: no answer has that many bytes */
async function textOf(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > LONGEST_ANSWER) throw new Error(`answered with more than ${LONGEST_ANSWER} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function wrongAddress(address: string): string | undefined {
  if (!URL.canParse(address)) return 'is no address';
  const { username, password } = new URL(address);
  return username === '' && password === '' ? undefined : 'has an address with a password, which would be shown to all';
}

export function httpPolicy(address: string): AskedPolicy {
  const wrong = wrongAddress(address);

  async function post(body: string, limitMs: number): Promise<unknown> {
    const response = await fetch(address, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', connection: 'close' },
      body,
      redirect: 'manual', // it could lead anywhere
      signal: AbortSignal.timeout(limitMs),
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      const redirects = response.status >= 300 && response.status < 400;
      throw new Error(`answered ${response.status}${redirects ? ': redirects are not followed' : ''}`);
    }
    const text = await textOf(response);
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`answered with something else than JSON: ${problemText(text.slice(0, 60))}`);
    }
  }

  return {
    async ask(situation, settings) {
      if (wrong !== undefined) return { problem: wrong };
      const limitMs = answerLimitMs(settings, ANSWER_MS);
      try {
        const read = readWish(await post(JSON.stringify({ situation, settings }), limitMs));
        return 'wish' in read ? read.wish : read;
      } catch (error) {
        return { problem: problemOf(error as Error, limitMs) };
      }
    },
    close: async () => {},
  };
}

function problemOf(error: Error, limitMs: number): string {
  if (error.name === 'TimeoutError') return `did not answer within ${limitMs / 1_000} s`;
  const { cause } = error as { cause?: NodeJS.ErrnoException };
  return cause === undefined ? problemText(error) : `cannot be reached: ${cause.code ?? problemText(cause)}`;
}
