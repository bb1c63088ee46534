// The coordinator's HTTP interface, as ./lab uses it: where it is, the secret, and its refusals as one sentence.
import { CannotRun, type CommandOption, textOf } from './command.ts';
import { composeVariables } from './local/local-lab.ts';
import { printable } from './printable.ts';
import { requireLab } from './running-lab.ts';

/** A change waits for the broker, which may have much to do. */
const TIMEOUT_MS = 30_000;

/** The options of every command that asks the coordinator. */
export const coordinatorOptions = {
  coordinator: { type: 'string', value: 'URL', help: "the coordinator, where it is not the running lab's" },
  secret: {
    type: 'string',
    value: 'SECRET',
    help: "its secret (FBP_SECRET, from the environment or .env, else 'lab')",
  },
} as const satisfies Record<string, CommandOption>;

/** The coordinator's no: there is no such thing, it is there already, or it cannot be done. Its message is one sentence. */
export class Refused extends Error {
  override readonly name = 'Refused';
}

const NO = [404, 409, 422];

export interface CoordinatorClient {
  /** http://127.0.0.1:3569, without a slash at its end. */
  readonly url: string;
  readonly secret: string;
  /** The JSON behind a path. All of these throw CannotRun with a sentence where it fails. */
  get<T>(path: string): Promise<T>;
  /** The text behind a path. */
  text(path: string): Promise<string>;
  /** Sends JSON, or a string as it is. @throws {Refused} where the coordinator says no (404, 409, 422) */
  send<T>(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<T>;
  /**
   * The lines of an answer that goes on. Ends when the signal fires, or with the answer.
   * @throws {CannotRun} also where the connection breaks
   */
  stream(path: string, signal: AbortSignal): AsyncIterable<string>;
}

/** Runs a command's work; the coordinator's no is said in one line, and is exit code 1. */
export async function noAsExitCode(work: () => Promise<number>): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(`lab: ${error.message}`);
    return 1;
  }
}

function address(given: string): string {
  const { protocol } = URL.parse(given) ?? {};
  if (protocol === 'http:' || protocol === 'https:') return given.replace(/\/+$/, '');
  throw new CannotRun(
    `--coordinator must be an address such as http://127.0.0.1:3569, got ${JSON.stringify(printable(given))}`,
  );
}

async function find(values: Record<string, unknown>): Promise<string> {
  const given = textOf(values.coordinator);
  if (given !== undefined) return address(given);
  const { coordinator } = await (await requireLab()).addresses();
  if (coordinator === undefined) {
    throw new CannotRun('the coordinator is not running; ./lab up coordinator starts it');
  }
  return coordinator;
}

/** The sentence of an answer that is no success. */
async function detailOf(response: Response): Promise<string> {
  const { detail } = (await response.json().catch(() => ({}))) as { detail?: unknown };
  return printable(typeof detail === 'string' ? detail : `the coordinator answered ${response.status}`);
}

function noAnswer(url: string, error: unknown): CannotRun {
  const { message, cause } = error as Error;
  const why = (cause as Error | undefined)?.message || message;
  return new CannotRun(`the coordinator at ${url} does not answer (${why})`);
}

/** The client for a command's options. @throws {CannotRun} where no coordinator runs, or its address is none */
export async function coordinator(values: Record<string, unknown>): Promise<CoordinatorClient> {
  const url = await find(values);
  const secret = textOf(values.secret) ?? (composeVariables('.', process.env).FBP_SECRET || 'lab');

  async function ask(path: string, init: RequestInit): Promise<Response> {
    const headers = { authorization: `Bearer ${secret}`, ...init.headers };
    const response = await fetch(url + path, { ...init, headers }).catch((error: unknown) => {
      throw noAnswer(url, error);
    });
    if (response.ok) return response;
    if (response.status === 401) {
      throw new CannotRun(`the coordinator at ${url} wants another secret: give it with --secret, or as FBP_SECRET`);
    }
    const detail = await detailOf(response);
    throw NO.includes(response.status) ? new Refused(detail) : new CannotRun(`the coordinator at ${url}: ${detail}`);
  }

  /** Reads a whole answer, within the time. */
  async function read<T>(path: string, init: RequestInit, body: (response: Response) => Promise<T>): Promise<T> {
    const response = await ask(path, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) });
    return body(response).catch((error: unknown) => {
      throw noAnswer(url, error);
    });
  }

  /** What only asks has no answer that is a no. */
  const asking = (error: unknown): never => {
    throw error instanceof Refused ? new CannotRun(error.message) : error;
  };
  const json = async <T>(response: Response): Promise<T> => (await response.json()) as T;

  return {
    url,
    secret,
    get: <T>(path: string) => read<T>(path, {}, json).catch(asking),
    text: (path) => read(path, {}, (response) => response.text()).catch(asking),
    send<T>(method: string, path: string, body?: unknown) {
      if (body === undefined) return read<T>(path, { method }, json);
      const isText = typeof body === 'string';
      const headers = { 'content-type': isText ? 'text/plain' : 'application/json' };
      return read<T>(path, { method, headers, body: isText ? body : JSON.stringify(body) }, json);
    },
    async *stream(path, signal) {
      try {
        const response = await ask(path, { signal });
        yield* linesOf(response.body!);
      } catch (error) {
        if (signal.aborted) return;
        throw error instanceof CannotRun || error instanceof Refused ? error : noAnswer(url, error);
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
