// One of the lab's own services over HTTP, as ./lab uses it: JSON with a token, answers that go on, and refusals as one sentence.
import { CannotRun } from './command.ts';
import { printable } from './printable.ts';

/** A change waits for the broker or the platform, which may have much to do. */
const TIMEOUT_MS = 30_000;
/** Answers that are a no: there is no such thing, or it cannot be done. */
const NO = [404, 409, 422];

/** The service's no: there is no such thing, it is there already, or it cannot be done. Its message is one sentence. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

/** Runs a command's work; the service's no is said in one line, and is exit code 1. */
export async function noAsExitCode(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(`lab: ${error.message}`);
    return 1;
  }
}

/** The address that an option gives, without a slash at its end. @throws {CannotRun} where it is none */
export function serviceAddress(option: string, given: string, example: string): string {
  const { protocol } = URL.parse(given) ?? {};
  if (protocol === 'http:' || protocol === 'https:') return given.replace(/\/+$/, '');
  throw new CannotRun(`--${option} must be an address such as ${example}, got ${JSON.stringify(printable(given))}`);
}

export interface ServiceAccess {
  /** As it is called in messages: `scaler`. */
  name: string;
  /** http://127.0.0.1:3570, without a slash at its end. */
  url: string;
  token: string;
  /** What is said of a token that is refused: `wants another token: give it with --token`. */
  wrongToken: string;
}

export interface ServiceClient {
  readonly url: string;
  /**
   * The JSON behind a path. All of these throw with a sentence where it fails.
   * @throws {Refused} where the service says no (404, 409, 422)
   * @throws {CannotRun} where it cannot be asked
   */
  get<T>(path: string): Promise<T>;
  /** The text behind a path. */
  text(path: string): Promise<string>;
  /** Sends JSON, or a string as it is. */
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>;
  /** PUTs JSON. */
  put<T>(path: string, body: unknown): Promise<T>;
  /** The lines of an answer that goes on. Ends when the signal fires, or with the answer. */
  stream(path: string, signal: AbortSignal): AsyncIterable<string>;
}

/** The sentence of an answer that is no success. */
async function detailOf(response: Response, name: string): Promise<string> {
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: unknown };
  return printable(typeof detail === 'string' ? detail : `the ${name} answered ${response.status}`);
}

export function createServiceClient({ name, url, token, wrongToken }: ServiceAccess): ServiceClient {
  function noAnswer(error: unknown): CannotRun {
    const { message, cause } = error as Error;
    const why = (cause as Error | undefined)?.message || message;
    return new CannotRun(`the ${name} at ${url} does not answer (${why})`);
  }

  async function ask(path: string, init: RequestInit): Promise<Response> {
    const headers = { authorization: `Bearer ${token}`, ...init.headers };
    const response = await fetch(url + path, { ...init, headers }).catch((error: unknown) => {
      throw noAnswer(error);
    });
    if (response.ok) return response;
    if (response.status === 401) throw new CannotRun(`the ${name} at ${url} ${wrongToken}`);
    const detail = await detailOf(response, name);
    throw NO.includes(response.status) ? new Refused(detail) : new CannotRun(`the ${name} at ${url}: ${detail}`);
  }

  /** Reads a whole answer, within the time. */
  async function read<T>(path: string, init: RequestInit, body: (response: Response) => Promise<T>): Promise<T> {
    const response = await ask(path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return body(response).catch((error: unknown) => {
      throw noAnswer(error);
    });
  }

  const json = async <T>(response: Response): Promise<T> => (await response.json()) as T;
  function send<T>(method: string, path: string, body?: unknown): Promise<T> {
    if (body === undefined) return read<T>(path, { method }, json);
    const isText = typeof body === 'string';
    const headers = { 'content-type': isText ? 'text/plain' : 'application/json' };
    return read<T>(path, { method, headers, body: isText ? body : JSON.stringify(body) }, json);
  }

  return {
    url,
    get: <T>(path: string) => read<T>(path, {}, json),
    text: (path) => read(path, {}, (response) => response.text()),
    send,
    put: (path, body) => send('PUT', path, body),
    async *stream(path, signal) {
      try {
        const response = await ask(path, { signal });
        yield* linesOf(response.body!);
      } catch (error) {
        if (signal.aborted) return;
        throw error instanceof CannotRun || error instanceof Refused ? error : noAnswer(error);
      }
    },
  };
}

async function* linesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}
