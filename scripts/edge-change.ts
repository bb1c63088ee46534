// `./lab connect` and `./lab disconnect`: edges made and taken away while the graph is live, by hand.

import { edgeText } from '../services/coordinator/graph/graph.ts';
import { GraphError, parseEdge } from '../services/coordinator/graph/parse.ts';
import type { EdgeChanges } from '../services/coordinator/http/edge-changes.ts';
import { CannotRun } from './command.ts';
import { coordinator } from './coordinator-client.ts';
import { printable } from './printable.ts';
import { noAsExitCode } from './service-client.ts';
import { paint, seconds } from './terminal.ts';

/** The edges as they are written everywhere. @throws {CannotRun} */
export function edgesOf(texts: unknown): string[] {
  const given = Array.isArray(texts) ? texts.map(String) : [];
  return given.map((text) => {
    try {
      return edgeText(parseEdge(text));
    } catch (error) {
      if (error instanceof GraphError) throw new CannotRun(error.message);
      throw error;
    }
  });
}

/** What was done, as people read it. */
export function changeReport({ connected, disconnected, swapped, warnings, tookMs }: EdgeChanges & { tookMs: number }) {
  const how = swapped ? ', in one step: no message was without a way, none took both' : '';
  return [
    ...connected.map((edge) => paint('green', `+ ${printable(edge)}`)),
    ...disconnected.map((edge) => paint('red', `- ${printable(edge)}`)),
    `done in ${seconds(tookMs / 1000)}${how}`,
    ...warnings.map((warning) => paint('yellow', printable(warning))),
    paint('dim', 'this is live, and not in the file: ./lab graph save writes it down'),
  ].join('\n');
}

/** Makes and takes away edges, all of them or none. Answers with the exit code. */
export async function changeEdges(
  change: { connect: string[]; disconnect: string[] },
  values: Record<string, unknown>,
): Promise<number> {
  const client = await coordinator(values);
  return noAsExitCode(async () => {
    const done = await client.send<EdgeChanges & { tookMs: number }>('POST', '/graph/edges', change);
    console.log(values.json ? JSON.stringify(done) : changeReport(done));
    return 0;
  });
}
