// What a client may say: every command of the FBP protocol, version 0.8, with its payload and whether it wants the secret.
//
// Payloads are read as the schemas of the package fbp-protocol say, to the type. Keys that they do not know are passed over and never
// come back: clients send some (`baseDir`, a `secret` in the payload).
import { z } from 'zod';
import { firstIssue } from '../../shared/messaging/fate.ts';

/** Names go into queues, files and logs: at most so many characters, none of them a line's end or another control character. */
const LONGEST_NAME = 200;
/** Payloads that are nested deeper are refused: whoever writes them as JSON again would run out of stack. */
const DEEPEST = 100;
/** The edges that one selection may name. Only so many are heard: see `selection.ts`. */
const MOST_EDGES = 1_000;
const MOST_TRACE_BYTES = 16 * 1024 * 1024;

const Name = z
  .string()
  .min(1)
  .max(LONGEST_NAME)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is kept out
  .regex(/^[^\u0000-\u001f\u007f\u2028\u2029]+$/, 'no control characters, please');
const GraphId = z.string({ error: 'No graph specified' }).min(1, 'No graph specified').pipe(Name);
const PortName = Name.transform((port) => port.toLowerCase());

/** In a change, null takes a key away. */
const orNull = <T extends z.ZodType>(type: T) => type.nullish();
const NodeMetadata = z.looseObject({ x: orNull(z.int()), y: orNull(z.int()) });
const EdgeMetadata = z.looseObject({
  route: orNull(z.int()),
  schema: orNull(z.string()),
  secure: orNull(z.boolean()),
});
const GroupMetadata = z.looseObject({ description: orNull(z.string()) });

const End = z
  .object({ node: Name, port: PortName, index: z.union([z.int().min(0), Name]).optional() })
  .transform(({ node, port, index }) => ({ role: node, port, ...(index === undefined ? {} : { index }) }));

/** Anything, but it must be there. */
const Data = z.unknown().refine((data) => data !== undefined, 'data are wanted');

const inGraph = { graph: GraphId };
const Edge = z.object({ ...inGraph, src: End, tgt: End });
const Renamed = z.object({ ...inGraph, from: Name, to: Name });
const RenamedPort = z.object({ ...inGraph, from: PortName, to: PortName });
const Exported = z.object({
  ...inGraph,
  public: PortName,
  node: Name,
  port: PortName,
  metadata: NodeMetadata.optional(),
});
const ExportedName = z.object({ ...inGraph, public: PortName });
const OnlyGraph = z.object(inGraph);
const Nothing = z.object({});

/** `open` commands are for everybody, the others want the secret. */
const open = <T extends z.ZodType>(payload: T) => ({ payload, secret: false }) as const;
const secret = <T extends z.ZodType>(payload: T) => ({ payload, secret: true }) as const;

export const COMMANDS = {
  'runtime:getruntime': open(Nothing),
  'runtime:packet': secret(
    z.object({
      ...inGraph,
      port: PortName,
      event: z.enum(['connect', 'begingroup', 'data', 'endgroup', 'disconnect']),
      payload: z.unknown().optional(),
    }),
  ),

  'graph:clear': secret(z.object({ id: GraphId, name: Name.optional(), main: z.boolean().optional() })),
  'graph:addnode': secret(z.object({ ...inGraph, id: Name, component: Name, metadata: NodeMetadata.default({}) })),
  'graph:removenode': secret(z.object({ ...inGraph, id: Name })),
  'graph:renamenode': secret(Renamed),
  'graph:changenode': secret(z.object({ ...inGraph, id: Name, metadata: NodeMetadata })),
  'graph:addedge': secret(Edge.extend({ metadata: EdgeMetadata.default({}) })),
  'graph:removeedge': secret(Edge),
  'graph:changeedge': secret(Edge.extend({ metadata: EdgeMetadata.default({}) })),
  'graph:addinitial': secret(
    z.object({ ...inGraph, src: z.object({ data: Data }), tgt: End, metadata: EdgeMetadata.default({}) }),
  ),
  'graph:removeinitial': secret(z.object({ ...inGraph, tgt: End })),
  'graph:addinport': secret(Exported),
  'graph:removeinport': secret(ExportedName),
  'graph:renameinport': secret(RenamedPort),
  'graph:addoutport': secret(Exported),
  'graph:removeoutport': secret(ExportedName),
  'graph:renameoutport': secret(RenamedPort),
  'graph:addgroup': secret(
    z.object({ ...inGraph, name: Name, nodes: z.array(Name), metadata: GroupMetadata.default({}) }),
  ),
  'graph:removegroup': secret(z.object({ ...inGraph, name: Name })),
  'graph:renamegroup': secret(Renamed),
  'graph:changegroup': secret(z.object({ ...inGraph, name: Name, metadata: GroupMetadata })),

  'network:start': secret(OnlyGraph),
  'network:stop': secret(OnlyGraph),
  'network:getstatus': open(OnlyGraph),
  'network:persist': secret(Nothing),
  'network:debug': secret(z.object({ ...inGraph, enable: z.boolean() })),
  'network:edges': secret(z.object({ ...inGraph, edges: z.array(z.object({ src: End, tgt: End })).max(MOST_EDGES) })),

  'component:list': open(Nothing),
  /** A graph is shown to everybody; what a component's source wants is asked there. */
  'component:getsource': open(z.object({ name: Name })),
  'component:source': secret(z.object({ name: Name })),

  'trace:start': secret(z.object({ ...inGraph, buffersize: z.int().min(1).max(MOST_TRACE_BYTES).optional() })),
  'trace:stop': secret(OnlyGraph),
  'trace:clear': secret(OnlyGraph),
  'trace:dump': secret(z.object({ ...inGraph, type: z.literal('flowtrace.json') })),
} as const;

export type CommandName = keyof typeof COMMANDS;
export type PayloadOf<C extends CommandName> = z.infer<(typeof COMMANDS)[C]['payload']>;

export const PROTOCOLS = ['runtime', 'graph', 'network', 'component', 'trace'] as const;
export type ProtocolName = (typeof PROTOCOLS)[number];

const Frame = z.object({
  protocol: z.string(),
  command: z.string(),
  payload: z.record(z.string(), z.unknown()).nullish(),
  secret: z.unknown().optional(),
  requestId: z.string().max(LONGEST_NAME).nullish(),
});

/** A request that was understood. */
export type Command = { [C in CommandName]: { name: C; payload: PayloadOf<C> } }[CommandName];

/** What a frame says. The id is there wherever the frame has one, so that a refusal finds whom it answers. */
export type Read = { protocol: ProtocolName; requestId?: string } & (
  | { command: Command }
  /** In words for the client. */
  | { refused: string }
);

/** What a client said, short enough to be said back. */
const quoted = (text: string): string => JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);

const isProtocol = (name: unknown): name is ProtocolName => PROTOCOLS.some((one) => one === name);
const isCommand = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);

function tooDeep(value: unknown, left = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return left === 0 || Object.values(value).some((one) => tooDeep(one, left - 1));
}

/** Names are looked up in text that the client sent: `1` is a name for no protocol, and must not be one for an error either. */
function addressOf(json: unknown): { protocol: ProtocolName; requestId?: string } {
  const { protocol, requestId } = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  return {
    protocol: isProtocol(protocol) ? protocol : 'runtime',
    ...(typeof requestId === 'string' && requestId.length <= LONGEST_NAME ? { requestId } : {}),
  };
}

/**
 * Reads one frame.
 * @param knows whether a text is the secret
 */
export function readFrame(text: string, knows: (secret: unknown) => boolean): Read & { authorized: boolean } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { protocol: 'runtime', authorized: false, refused: 'the message is not JSON' };
  }
  const address = addressOf(json);
  const refuse = (refused: string, authorized = false) => ({ ...address, authorized, refused });
  const frame = Frame.safeParse(json);
  if (!frame.success) return refuse(`not a message of the FBP protocol: ${firstIssue(frame.error)}`);
  const { protocol, command, payload, secret: given } = frame.data;
  const authorized = knows(given) || knows(payload?.secret);
  const name = `${protocol}:${command}`;
  if (!isProtocol(protocol)) return refuse(`there is no protocol ${quoted(protocol)}`, authorized);
  if (!isCommand(name)) return refuse(`the protocol ${protocol} has no command ${quoted(command)}`, authorized);
  if (COMMANDS[name].secret && !authorized) return refuse(`${name} wants the secret`);
  if (tooDeep(payload)) return refuse(`the payload is nested deeper than ${DEEPEST} levels`, authorized);
  const read = COMMANDS[name].payload.safeParse(payload ?? {});
  if (!read.success) return refuse(problem(read.error), authorized);
  return { ...address, authorized, command: { name, payload: read.data } as Command };
}

/** Clients and their tests know a request without a graph by this very text. */
function problem(error: z.ZodError): string {
  const missing = error.issues.find(({ message }) => message === 'No graph specified');
  return missing === undefined ? `payload: ${firstIssue(error)}` : missing.message;
}
