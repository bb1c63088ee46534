// Reads a graph file, in the FBP language or as JSON.
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import fbp from 'fbp';
import { z } from 'zod';
import { firstIssue } from '../../shared/messaging/fate.ts';
import { type Edge, type End, type ExportedPort, type Graph, type Initial, type Metadata, sameEdge } from './graph.ts';

/** A graph, or an edge, that cannot be used; the message says where and why. */
export class GraphError extends Error {
  override readonly name = 'GraphError';
}

const EndJson = z.object({
  process: z.string().min(1),
  port: z.string().min(1),
  index: z.union([z.number(), z.string()]).nullish(),
});
const MetadataJson = z.record(z.string(), z.unknown());
const Exported = z.record(
  z.string(),
  z.object({ process: z.string().min(1), port: z.string().min(1), metadata: MetadataJson.optional() }),
);

/** The JSON form of a graph, as the package fbp makes it and other tools of the field write it. */
const GraphJson = z.object({
  properties: z.object({ name: z.string().optional() }).loose().optional(),
  processes: z.record(z.string(), z.object({ component: z.string().min(1), metadata: MetadataJson.optional() })),
  connections: z.array(
    z.object({
      src: EndJson.optional(),
      data: z.unknown().optional(),
      tgt: EndJson,
      metadata: MetadataJson.optional(),
    }),
  ),
  inports: Exported.optional(),
  outports: Exported.optional(),
  groups: z
    .array(z.object({ name: z.string(), nodes: z.array(z.string()), metadata: MetadataJson.optional() }))
    .optional(),
});
type GraphJson = z.infer<typeof GraphJson>;

function toEnd({ process, port, index }: z.infer<typeof EndJson>): End {
  return { role: process, port: port.toLowerCase(), ...(index === undefined || index === null ? {} : { index }) };
}

const withMetadata = (metadata?: Metadata): { metadata?: Metadata } => (metadata === undefined ? {} : { metadata });

const exported = (ports: z.infer<typeof Exported> = {}): ExportedPort[] =>
  Object.entries(ports).map(([name, { metadata, ...port }]) => ({
    public: name.toLowerCase(),
    end: toEnd(port),
    ...withMetadata(metadata),
  }));

function fromJson(json: GraphJson): Graph {
  const edges: Edge[] = [];
  const initials: Initial[] = [];
  for (const { src, data, tgt, metadata } of json.connections) {
    const to = toEnd(tgt);
    if (src === undefined) initials.push({ data, to, ...withMetadata(metadata) });
    else {
      const edge = { from: toEnd(src), to, ...withMetadata(metadata) };
      if (!edges.some((other) => sameEdge(edge, other))) edges.push(edge);
    }
  }
  const { name } = json.properties ?? {};
  return {
    ...(name === undefined ? {} : { name }),
    nodes: new Map(
      Object.entries(json.processes).map(([role, { component, metadata = {} }]) => [
        role,
        { role, component, metadata },
      ]),
    ),
    edges,
    initials,
    inports: exported(json.inports),
    outports: exported(json.outports),
    groups: (json.groups ?? []).map((group) => ({
      name: group.name,
      roles: group.nodes,
      metadata: group.metadata ?? {},
    })),
  };
}

/** As the parser of the FBP language throws it. */
interface FbpSyntaxError {
  message: string;
  /** The letter that cannot stand there; null at the end. */
  found?: string | null;
  location?: { start: { line: number; column: number } };
}

/** What is wrong, with the line itself: the parser's own list of what could stand there is longer than most graphs. */
function syntaxProblem(text: string, { message, found, location }: FbpSyntaxError): string {
  if (location === undefined) return message;
  const { line } = location.start;
  const what = found === null ? 'it ends too early' : `${JSON.stringify(found)} cannot stand there`;
  return `${what}: ${text.split('\n')[line - 1]?.trim() || 'the end of the file'}`;
}

function parseText(text: string, name: string, options?: { validateContents: boolean }): unknown {
  try {
    return extname(name) === '.json' ? JSON.parse(text) : fbp.parse(text, options ?? {});
  } catch (error) {
    const problem = error as FbpSyntaxError;
    const { line, column } = problem.location?.start ?? {};
    const where = line === undefined ? name : `${name}:${line}:${column}`;
    throw new GraphError(`${where}: ${syntaxProblem(text, problem)}`, { cause: error });
  }
}

/** What names a role that the graph does not have. The parser of the FBP language looks for these itself, JSON has no such parser. */
function undefinedRole({ nodes, edges, initials, inports, outports, groups }: Graph): string | undefined {
  const ends = [
    ...edges.flatMap(({ from, to }) => [from, to]),
    ...initials.map(({ to }) => to),
    ...[...inports, ...outports].map(({ end }) => end),
  ];
  const named = [...ends.map(({ role }) => role), ...groups.flatMap(({ roles }) => roles)];
  return named.find((role) => !nodes.has(role));
}

/**
 * Reads a graph; by the name's ending it is taken as JSON or as the FBP language.
 * @throws {GraphError} with line and column for a syntax error of the FBP language.
 */
export function parseGraph(text: string, name: string): Graph {
  const parsed = GraphJson.safeParse(parseText(text, name));
  if (!parsed.success) throw new GraphError(`${name}: ${firstIssue(parsed.error)}`, { cause: parsed.error });
  const graph = fromJson(parsed.data);
  const missing = undefinedRole(graph);
  if (missing !== undefined) throw new GraphError(`${name}: it names ${missing}, which has no component`);
  return graph;
}

/** @throws {GraphError} also where the file cannot be read. */
export async function readGraph(file: string): Promise<Graph> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new GraphError(`the graph file ${file} cannot be read: ${error.message}`, { cause: error });
  });
  return parseGraph(text, file);
}

const EDGES = z.object({ connections: z.array(z.object({ src: EndJson, tgt: EndJson })) });

/**
 * Reads one edge as a person writes it: `resize OUT -> IN caption`.
 * @throws {GraphError}
 */
export function parseEdge(text: string): Edge {
  const example = `an edge such as 'resize OUT -> IN caption' was expected, got ${JSON.stringify(text)}`;
  let parsed: unknown;
  try {
    parsed = parseText(text, 'edge', { validateContents: false });
  } catch (error) {
    throw new GraphError(example, { cause: error });
  }
  const edges = EDGES.safeParse(parsed);
  const [edge, more] = edges.success ? edges.data.connections : [];
  if (edge === undefined || more !== undefined) throw new GraphError(example);
  return { from: toEnd(edge.src), to: toEnd(edge.tgt) };
}
