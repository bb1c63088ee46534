// Writes a graph: in the FBP language for people, as JSON for other tools. A file that a person wrote keeps its comments and its order.
import fbp from 'fbp';
import { z } from 'zod';
import {
  type Edge,
  type ExportedPort,
  edgeText,
  endText,
  type Graph,
  type Initial,
  initialText,
  type Metadata,
} from './graph.ts';
import { GraphError, parseGraph } from './parse.ts';

/** What the FBP language can say in brackets behind a component: `(Resize:x=10,y=20)`. The rest is kept in JSON only. */
function metadataText(metadata: Metadata): string {
  const said = Object.entries(metadata).filter(
    ([key, value]) =>
      /^[\w-]+$/.test(key) &&
      (typeof value === 'number' || typeof value === 'string') &&
      /^[\w./ -]+$/.test(String(value)),
  );
  return said.length === 0 ? '' : `:${said.map(([key, value]) => `${key}=${value}`).join(',')}`;
}

/** Names each role's component where the role stands first. */
function namer({ nodes }: Graph) {
  const named = new Set<string>();
  return (role: string): string => {
    const node = nodes.get(role);
    if (node === undefined || named.has(role)) return role;
    named.add(role);
    return `${role}(${node.component}${metadataText(node.metadata)})`;
  };
}

const exportText = (word: string, { public: name, end }: ExportedPort): string =>
  `${word}=${endText(end)}:${name.toUpperCase()}`;

/** The graph in the FBP language. Groups, and metadata that the language has no words for, are left out: `graphJson` has all. */
export function graphText(graph: Graph): string {
  const name = namer(graph);
  const renamed = (end: Edge['to']): Edge['to'] => ({ ...end, role: name(end.role) });
  const edges = graph.edges.map(({ from, to }) => edgeText({ from: renamed(from), to: renamed(to) }));
  const initials = graph.initials.map(({ data, to }) => initialText({ data, to: renamed(to) }));
  const alone = [...graph.nodes.keys()].map(name).filter((text) => text.endsWith(')'));
  const sections = [
    graph.name === undefined ? [] : [`# @name ${graph.name}`],
    graph.inports.map((port) => exportText('INPORT', port)),
    graph.outports.map((port) => exportText('OUTPORT', port)),
    [...edges, ...alone],
    initials,
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const withMetadata = (metadata?: Metadata): { metadata?: Metadata } =>
  metadata === undefined || Object.keys(metadata).length === 0 ? {} : { metadata };

const endJson = ({ role, port, index }: Edge['to']) => ({
  process: role,
  port,
  ...(index === undefined ? {} : { index }),
});

/** The graph in the JSON form of the field's tools; `parseGraph` reads it back whole. */
export function graphJson(graph: Graph): Record<string, unknown> {
  const exported = (ports: readonly ExportedPort[]) =>
    Object.fromEntries(ports.map((port) => [port.public, { ...endJson(port.end), ...withMetadata(port.metadata) }]));
  const edge = ({ from, to, metadata }: Edge) => ({ src: endJson(from), tgt: endJson(to), ...withMetadata(metadata) });
  const initial = ({ data, to, metadata }: Initial) => ({ data, tgt: endJson(to), ...withMetadata(metadata) });
  return {
    caseSensitive: false,
    properties: graph.name === undefined ? {} : { name: graph.name },
    inports: exported(graph.inports),
    outports: exported(graph.outports),
    groups: graph.groups.map(({ name, roles, metadata }) => ({ name, nodes: roles, ...withMetadata(metadata) })),
    processes: Object.fromEntries(
      [...graph.nodes.values()].map(({ role, component, metadata }) => [
        role,
        { component, ...withMetadata(metadata) },
      ]),
    ),
    connections: [...graph.edges.map(edge), ...graph.initials.map(initial)],
  };
}

const Connections = z.object({
  connections: z.array(
    z.object({
      src: z.object({ process: z.string(), port: z.string() }).optional(),
      tgt: z.object({ process: z.string(), port: z.string() }),
    }),
  ),
});

/** How many edges and initial packets a line of the FBP language holds. */
function connectionsIn(line: string): number {
  try {
    const parsed = Connections.safeParse(fbp.parse(`${line}\n`, { validateContents: false }));
    return parsed.success ? parsed.data.connections.length : 0;
  } catch {
    return 0;
  }
}

const said = (graph: Graph): string[] =>
  [
    ...graph.edges.map(edgeText),
    ...graph.initials.map(initialText),
    ...[...graph.nodes.values()].map(({ role, component }) => `${role}(${component})`),
    ...graph.inports.map((port) => exportText('INPORT', port)),
    ...graph.outports.map((port) => exportText('OUTPORT', port)),
  ].sort();

/** Whether the FBP language would say the same of both. */
export function sameGraph(one: Graph, other: Graph): boolean {
  return JSON.stringify(said(one)) === JSON.stringify(said(other));
}

/**
 * The text of a .fbp file, changed to say what the graph says. Lines that hold one edge or initial packet are taken out or added at the
 * end, all others stay as they are, comments among them. Where that does not do, the whole text is written anew.
 */
export function rewriteText(text: string, graph: Graph, name: string): string {
  let before: Graph;
  try {
    before = parseGraph(text, name);
  } catch (error) {
    if (error instanceof GraphError) return graphText(graph);
    throw error;
  }
  if (sameGraph(before, graph)) return text;
  const wanted = new Set([...graph.edges.map(edgeText), ...graph.initials.map(initialText)]);
  const kept = text.split('\n').filter((line) => {
    if (connectionsIn(line) !== 1) return true;
    const alone = parseAlone(line, before);
    return alone === undefined || wanted.has(alone);
  });
  const written = new Set([...before.edges.map(edgeText), ...before.initials.map(initialText)]);
  const added = [...wanted].filter((one) => !written.has(one));
  const lines = [...kept.join('\n').trimEnd().split('\n'), ...added];
  const candidate = `${withComponents(lines, graph).join('\n')}\n`;
  try {
    if (sameGraph(parseGraph(candidate, name), graph)) return candidate;
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
  }
  return graphText(graph);
}

/** The edge or initial packet of a line that holds one, as it is written everywhere. */
function parseAlone(line: string, { nodes }: Graph): string | undefined {
  const declared = [...nodes.values()].map(({ role, component }) => `${role}(${component})`).join('\n');
  try {
    const { edges, initials } = parseGraph(`${line}\n${declared}\n`, 'line.fbp');
    const [edge] = edges;
    const [initial] = initials;
    return edge !== undefined ? edgeText(edge) : initial && initialText(initial);
  } catch {
    return undefined;
  }
}

/** Gives a role its component where it stands first, when the line that did so is gone; on a line of its own where it stands nowhere. */
function withComponents(lines: readonly string[], { nodes }: Graph): string[] {
  const code = (line: string): string => line.replace(/#.*$/, '');
  const all = [...lines];
  for (const { role, component } of nodes.values()) {
    const isNamed = (line: string): boolean =>
      code(line)
        .split(/[\s,]/)
        .some((word) => word.startsWith(`${role}(`));
    if (all.some(isNamed)) continue;
    const place = all.findIndex((line) => code(line).split(' ').includes(role));
    const named = `${role}(${component})`;
    if (place < 0) all.push(named);
    else all[place] = all[place]!.split(' ').with(all[place]!.split(' ').indexOf(role), named).join(' ');
  }
  return all;
}
