// Reads a graph file (.fbp or JSON) into roles and edges. Port names are lower case, as participants announce them.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import fbp from 'fbp';
import { z } from 'zod';

/** One end of an edge. */
export interface End {
  role: string;
  port: string;
}

export interface Edge {
  from: End;
  to: End;
}

export interface Graph {
  /** Role to component. */
  roles: Map<string, string>;
  edges: Edge[];
}

/** A graph file that cannot be used; the message says where and why. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}

const End = z.object({ process: z.string(), port: z.string() });
const GraphJson = z.object({
  processes: z.record(z.string(), z.object({ component: z.string() })),
  connections: z.array(z.object({ src: End.optional(), data: z.unknown().optional(), tgt: End })),
});

const toEnd = ({ process, port }: z.infer<typeof End>): End => ({ role: process, port: port.toLowerCase() });

/** @throws {GraphError} with line and column for a syntax error of the FBP language. */
export function parseGraph(text: string, name: string): Graph {
  let json: unknown;
  try {
    json = extname(name) === '.json' ? JSON.parse(text) : fbp.parse(text);
  } catch (error) {
    const { message, location } = error as Error & { location?: { start: { line: number; column: number } } };
    const where = location === undefined ? name : `${name}:${location.start.line}:${location.start.column}`;
    throw new GraphError(`${where}: ${message}`, { cause: error });
  }
  const parsed = GraphJson.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new GraphError(`${name}: ${issue?.path.join('.')}: ${issue?.message}`, { cause: parsed.error });
  }
  const roles = new Map(Object.entries(parsed.data.processes).map(([role, { component }]) => [role, component]));
  const edges = parsed.data.connections.flatMap(({ src, tgt }) =>
    src === undefined ? [] : [{ from: toEnd(src), to: toEnd(tgt) }],
  );
  return { roles, edges };
}

/** @throws {GraphError} also where the file cannot be read. */
export async function readGraph(file: string): Promise<Graph> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new GraphError(`the graph file ${file} cannot be read: ${error.message}`, { cause: error });
  });
  return parseGraph(text, file);
}

/** An edge as a person writes it: `resize OUT -> IN caption`. */
export function edgeText({ from, to }: Edge): string {
  return `${from.role} ${from.port.toUpperCase()} -> ${to.port.toUpperCase()} ${to.role}`;
}
