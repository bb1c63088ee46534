// What clients are told: the messages of the FBP protocol, with the keys that its schemas know and no others. Clients check each.
import type { Component } from '../coordinator.ts';
import type { GraphEvent } from '../graph/change.ts';
import type { Edge, End, ExportedPort, Initial, Metadata } from '../graph/graph.ts';
import type { ProtocolName } from './messages-in.ts';

export interface Message {
  protocol: ProtocolName;
  command: string;
  payload: object | number;
}

/** The text of a message. `requestId`: of the request that it answers. */
export function messageText(message: Message, requestId?: string): string {
  return JSON.stringify(requestId === undefined ? message : { ...message, responseTo: requestId });
}

// -- parts -------------------------------------------------------------------------------------------------------------

/** The graph of a file may say `x=12.5`, or say it as text; the schemas want whole numbers. */
function whole(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? Math.round(number) : undefined;
}
const asText = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const asFlag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** Metadata of which some keys have a type; a value that is not of it is left out. */
function typed(metadata: Metadata, types: Readonly<Record<string, (value: unknown) => unknown>>): Metadata {
  return Object.fromEntries(
    Object.entries(metadata).flatMap(([key, value]) => {
      const fit = Object.hasOwn(types, key) ? types[key]!(value) : value;
      return fit === undefined ? [] : [[key, fit]];
    }),
  );
}
const nodeMetadata = (metadata: Metadata = {}): Metadata => typed(metadata, { x: whole, y: whole });
const edgeMetadata = (metadata: Metadata = {}): Metadata =>
  typed(metadata, { route: whole, schema: asText, secure: asFlag });
const groupMetadata = (metadata: Metadata = {}): Metadata => typed(metadata, { description: asText });

const portOf = ({ role, port, index }: End) => ({ node: role, port, ...(index === undefined ? {} : { index }) });
const endsOf = ({ from, to }: Pick<Edge, 'from' | 'to'>) => ({ src: portOf(from), tgt: portOf(to) });
const initialOf = ({ data, to }: Initial) => ({ src: { data }, tgt: portOf(to) });

const exportedPort = ({ public: name, end, metadata }: ExportedPort) => ({
  public: name,
  node: end.role,
  port: end.port,
  ...(metadata === undefined ? {} : { metadata: nodeMetadata(metadata) }),
});

function graphPayload(event: GraphEvent): object {
  switch (event.do) {
    case 'addnode': {
      const { role, component, metadata } = event.node;
      return { id: role, component, metadata: nodeMetadata(metadata) };
    }
    case 'removenode':
      return { id: event.role };
    case 'changenode':
      return { id: event.role, metadata: nodeMetadata(event.metadata) };
    case 'addedge':
      return { ...endsOf(event.edge), metadata: edgeMetadata(event.edge.metadata) };
    case 'removeedge':
      return endsOf(event);
    case 'changeedge':
      return { ...endsOf(event), metadata: edgeMetadata(event.metadata) };
    case 'addinitial':
      return { ...initialOf(event.initial), metadata: edgeMetadata(event.initial.metadata) };
    case 'removeinitial':
      return initialOf(event.initial);
    case 'addinport':
    case 'addoutport':
      return exportedPort(event.port);
    case 'removeinport':
    case 'removeoutport':
      return { public: event.public };
    case 'renamenode':
    case 'renameinport':
    case 'renameoutport':
    case 'renamegroup':
      return { from: event.from, to: event.to };
    case 'addgroup': {
      const { name, roles, metadata } = event.group;
      return { name, nodes: roles, metadata: groupMetadata(metadata) };
    }
    case 'removegroup':
      return { name: event.name };
    case 'changegroup':
      return { name: event.name, metadata: groupMetadata(event.metadata) };
  }
}

// -- messages ----------------------------------------------------------------------------------------------------------

/** `graph` is told where the schema has a place for it. */
export function errorMessage(protocol: ProtocolName, message: string, graph?: string): Message {
  const of = protocol === 'network' && graph !== undefined ? { graph } : {};
  return { protocol, command: 'error', payload: { message, ...of } };
}

export const graphMessage = (graph: string, event: GraphEvent): Message => ({
  protocol: 'graph',
  command: event.do,
  payload: { ...graphPayload(event), graph },
});

export const clearMessage = (id: string, name: string | undefined, main: boolean): Message => ({
  protocol: 'graph',
  command: 'clear',
  payload: { id, ...(name === undefined ? {} : { name }), main },
});

/** @param at epoch milliseconds */
export const startedMessage = (graph: string, at: number): Message => ({
  protocol: 'network',
  command: 'started',
  payload: { graph, time: new Date(at).toISOString(), started: true, running: true },
});

export const stoppedMessage = (graph: string, at: number, uptimeMs: number | undefined): Message => ({
  protocol: 'network',
  command: 'stopped',
  payload: {
    graph,
    time: new Date(at).toISOString(),
    ...(uptimeMs === undefined ? {} : { uptime: uptimeMs / 1000 }),
    started: false,
    running: false,
  },
});

/** Without the uptime, which the schema allows: the public test suite takes a status only without. */
export const statusMessage = (
  graph: string,
  { started, running }: { started: boolean; running: boolean },
  debug: boolean,
): Message => ({
  protocol: 'network',
  command: 'status',
  payload: { graph, started, running, ...(debug ? { debug } : {}) },
});

export const outputMessage = (message: string): Message => ({
  protocol: 'network',
  command: 'output',
  payload: { message, type: 'message' },
});

export const edgesMessage = (graph: string, edges: readonly Pick<Edge, 'from' | 'to'>[]): Message => ({
  protocol: 'network',
  command: 'edges',
  payload: { graph, edges: edges.map(endsOf) },
});

const portText = ({ port, index }: End): string => `${port.toUpperCase()}${index === undefined ? '' : `[${index}]`}`;

/** Edges in data have the names that upstream gives them: `Hello() OUT -> IN World()`. Initial packets come from `DATA`. */
export function dataMessage(graph: string, from: End | undefined, to: End, data: unknown): Message {
  const source = from === undefined ? 'DATA' : `${from.role}() ${portText(from)}`;
  return {
    protocol: 'network',
    command: 'data',
    payload: {
      id: `${source} -> ${portText(to)} ${to.role}()`,
      graph,
      ...(from === undefined ? {} : { src: portOf(from) }),
      tgt: portOf(to),
      data,
    },
  };
}

/** Data that left the graph at an exported out-port. */
export const packetMessage = (graph: string, port: string, data: unknown): Message => ({
  protocol: 'runtime',
  command: 'packet',
  payload: { graph, port, event: 'data', payload: data },
});

const portDefinition = ({ id, type, description }: Component['inports'][number]) => ({
  id,
  type,
  ...(description === undefined ? {} : { description }),
  addressable: false,
  required: false,
});

export const componentMessage = ({ name, description, icon, inports, outports }: Component): Message => ({
  protocol: 'component',
  command: 'component',
  payload: {
    name,
    ...(description === undefined ? {} : { description }),
    ...(icon === undefined ? {} : { icon }),
    subgraph: false,
    inPorts: inports.map(portDefinition),
    outPorts: outports.map(portDefinition),
  },
});

export const portsMessage = (
  graph: string,
  inports: readonly Component['inports'][number][],
  outports: readonly Component['outports'][number][],
): Message => ({
  protocol: 'runtime',
  command: 'ports',
  payload: { graph, inPorts: inports.map(portDefinition), outPorts: outports.map(portDefinition) },
});
