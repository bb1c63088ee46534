// The load dial as a process of its own, sending to a front end that the test stands in for. It ends with its scope.
import { freePort } from '../../scripts/local/free-port.ts';
import type { LoadState } from '../../services/dial/dial.ts';
import type { LoadChange } from '../../services/dial/settings.ts';
import type { Scope } from './broker.ts';
import { eventually } from './eventually.ts';
import { type Program, startProgram } from './processes.ts';

export const TOKEN = 'a token';

export interface DialUnderTest {
  /** http://127.0.0.1:port */
  readonly url: string;
  readonly program: Program;
  /** With the token, unless other headers are given. */
  ask(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  set(change: LoadChange): Promise<LoadState>;
  stop(): Promise<LoadState>;
  state(): Promise<LoadState>;
}

/** @param target where jobs go: http://127.0.0.1:port */
export async function startDial(t: Scope, target: string): Promise<DialUnderTest> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const env = { HOST: '127.0.0.1', PORT: String(port), TARGET_URL: target, LAB_TOKEN: TOKEN };
  const program = startProgram(t, [process.execPath, 'services/dial/main.ts'], { env });

  const ask: DialUnderTest['ask'] = (method, path, body, headers = { authorization: `Bearer ${TOKEN}` }) =>
    fetch(url + path, { method, headers, body: body === undefined ? null : JSON.stringify(body) });
  async function stateOf(asked: Promise<Response>): Promise<LoadState> {
    const response = await asked;
    const text = await response.text();
    if (!response.ok) throw new Error(`${response.status}: ${text}`);
    return JSON.parse(text) as LoadState;
  }

  await eventually('the dial listens', async () => {
    if (program.child.exitCode !== null) throw new Error(program.output());
    return (await fetch(`${url}/healthz`)).ok;
  });
  return {
    url,
    program,
    ask,
    set: (change) => stateOf(ask('PUT', '/load', change)),
    stop: () => stateOf(ask('DELETE', '/load')),
    state: () => stateOf(ask('GET', '/load')),
  };
}
