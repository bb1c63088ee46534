// The live graph as service.fbp says, and its roles at work. A front end without edges is not healthy, so this is done while the lab starts.
import { readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { GraphView } from '../../services/coordinator/http/graph-view.ts';
import { CannotRun } from '../command.ts';
import { coordinator } from '../coordinator-client.ts';
import { pathOf } from '../lab-files.ts';
import type { RunningLab } from '../lab-view.ts';
import { Refused } from '../service-client.ts';
import { startNetwork } from './start-network.ts';

/** A coordinator that starts with the rest, on a slow machine. */
const LIMIT_MS = 60_000;
const AGAIN_MS = 300;

async function apply(url: string, text: string): Promise<void> {
  const client = await coordinator({ coordinator: url });
  const { id, started } = await client.get<GraphView>('/graph');
  await client.send('PUT', `/graph?name=${encodeURIComponent('service.fbp')}`, text);
  if (!started) await startNetwork(url, { graph: id, secret: client.secret });
}

/** What asking again does not mend. */
const isFinal = ({ message }: Error): boolean => message.includes('wants another secret');

/**
 * @param known where the coordinator answered before the start, which may move it
 * @param signal ends the asking
 * @throws {CannotRun} where the file or the secret is wrong, or no coordinator answers for long
 */
export async function applyUsualGraph(
  lab: Pick<RunningLab, 'addresses'>,
  known: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const path = pathOf('service.fbp');
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new CannotRun(`${path} cannot be read: ${error.message}`);
  });
  let first = known;
  for (const end = performance.now() + LIMIT_MS; ; await wait(AGAIN_MS)) {
    try {
      const url = first ?? (await lab.addresses()).coordinator;
      first = undefined;
      if (url === undefined) throw new CannotRun('the coordinator has no address');
      return await apply(url, text);
    } catch (error) {
      if (error instanceof Refused) throw new CannotRun(`${path} is not applied: ${error.message}`);
      if (isFinal(error as Error) || signal.aborted || performance.now() > end) throw error;
    }
  }
}
