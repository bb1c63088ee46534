// Fetches a picture from a URL that somebody else chose: only from where the allow list says, however they try to lead us elsewhere.
import type { LookupAddress } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { ItemError } from '../errors.ts';
import { RetryLater } from '../messaging/types.ts';
import type { AllowList } from './allow-list.ts';

// Not imported: see services/shared/http.ts.
const { get: getHttp } = process.getBuiltinModule('node:http');
const { get: getHttps } = process.getBuiltinModule('node:https');

/** Looks up all addresses of a name. */
export type Resolve = (host: string) => Promise<readonly LookupAddress[]>;

export interface DownloadOptions {
  allow: AllowList;
  resolve: Resolve;
  /** For the whole download, redirects included. */
  timeoutMs: number;
  maxBytes: number;
  signal: AbortSignal;
}

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const PASSING = new Set([408, 425, 429]);

/**
 * What is wrong with a URL, as far as can be told without looking up its host: half a sentence that says what it must be.
 * (The URL parser has already made 127.0.0.1 of 2130706433, 0x7f.1 and the like.)
 */
export function urlProblem(url: URL, allow: AllowList): string | undefined {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return 'a URL that starts with http:// or https://';
  if (url.username !== '' || url.password !== '') return 'a URL without a user name or password';
  const problem = allow.hostProblem(hostOf(url), portOf(url));
  return problem === undefined ? undefined : `a URL whose host is allowed (SOURCE_ALLOW): ${problem}`;
}

/**
 * Fetches a URL. Every address is judged when the connection is made, so that a name cannot lead to one address when it is
 * checked and to another when it is used; every redirect is judged like the first URL.
 *
 * @throws {ItemError} `source-not-allowed`, `source-not-found`, `source-too-large`, `source-refused` (any other answer).
 * @throws {RetryLater} for what may pass: no connection, no answer in time, 5xx, 429, an answer that breaks off.
 */
export async function download(start: URL, options: DownloadOptions): Promise<Buffer> {
  const timeout = AbortSignal.timeout(options.timeoutMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  let url = start;
  try {
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const problem = urlProblem(url, options.allow);
      if (problem !== undefined) throw new ItemError('source-not-allowed', `${redirected(hops)} must be ${problem}.`);
      const response = await request(url, options, signal);
      const status = response.statusCode ?? 0;
      if (status === 200) return await readBody(response, options.maxBytes);
      // Its body is of no use; reading it to its end could take for ever.
      response.destroy();
      const next = response.headers.location;
      if (!REDIRECTS.has(status) || next === undefined) throw refusal(url, status);
      if (!URL.canParse(next, url.href))
        throw new ItemError('source-refused', `${url.host} redirects to what is no URL.`);
      url = new URL(next, url);
    }
    throw new ItemError('source-refused', `${start.host} redirects more than ${MAX_REDIRECTS} times.`);
  } catch (error) {
    if (error instanceof ItemError || error instanceof RetryLater) throw error;
    if (options.signal.aborted) throw options.signal.reason;
    const reason = timeout.aborted ? `did not give the picture within ${options.timeoutMs / 1000} s` : failure(error);
    throw new RetryLater(`${url.host} ${reason}`, { cause: error });
  }
}

const redirected = (hops: number): string => (hops === 0 ? 'The source' : 'The source redirects, and where it leads');

const hostOf = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');

const portOf = (url: URL): number => Number(url.port || (url.protocol === 'https:' ? 443 : 80));

function request(url: URL, options: DownloadOptions, signal: AbortSignal): Promise<IncomingMessage> {
  const host = hostOf(url);
  // Called by the socket as it connects, for names only: an address in the URL has been judged already.
  const lookup: LookupFunction = (_name, { all }, answer) => {
    options.resolve(host).then(
      (addresses) => {
        const problem = addresses
          .map(({ address }) => options.allow.addressProblem(host, portOf(url), address))
          .find((found) => found !== undefined);
        const [first] = addresses;
        if (first === undefined) answer(Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' }), '');
        else if (problem !== undefined) answer(notAllowed(problem), '');
        else if (all) answer(null, [...addresses]);
        else answer(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => answer(error, ''),
    );
  };
  const get = url.protocol === 'https:' ? getHttps : getHttp;
  return new Promise((resolve, reject) => {
    // agent: false, so that no connection is kept: the next source is somewhere else.
    const sent = get(
      url,
      { agent: false, lookup, signal, headers: { accept: 'image/*', 'user-agent': 'queuelab' } },
      resolve,
    );
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTFOUND') {
        reject(new ItemError('source-not-found', `There is no host named ${host}.`, { cause: error }));
      } else reject(error);
    });
  });
}

const notAllowed = (problem: string): ItemError =>
  new ItemError('source-not-allowed', `The source must be a URL whose host is allowed (SOURCE_ALLOW): ${problem}.`);

function refusal(url: URL, status: number): Error {
  if (status === 404 || status === 410) {
    return new ItemError('source-not-found', `${url.host} has no picture at ${url.pathname} (it answered ${status}).`);
  }
  if (status >= 500 || PASSING.has(status)) return new RetryLater(`${url.host} answered ${status}`);
  return new ItemError('source-refused', `${url.host} did not give the picture: it answered ${status}.`);
}

async function readBody(response: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = (size: string): ItemError =>
    new ItemError('source-too-large', `The source has ${size}, at most ${mebibytes(maxBytes)} are taken.`);
  const announced = Number(response.headers['content-length'] ?? 0);
  if (announced > maxBytes) {
    response.destroy();
    throw tooLarge(mebibytes(announced));
  }
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    // Leaving the loop destroys the response, and the connection with it.
    if (size > maxBytes) throw tooLarge(`more than ${mebibytes(maxBytes)}`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const mebibytes = (bytes: number): string => `${Math.round((bytes / 1024 ** 2) * 10) / 10} MiB`;

/** What went wrong with a connection, to stand behind the host's name. */
function failure(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? String(error);
  if (code === 'ECONNREFUSED') return 'refused the connection';
  if (code === 'ECONNRESET') return 'broke off the connection';
  if (code === 'EAI_AGAIN') return 'could not be looked up';
  return `could not be read (${code})`;
}
