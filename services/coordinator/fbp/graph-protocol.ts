// The sub-protocol `graph`: changes of graphs. A change is answered by the event that the coordinator makes of it, which all clients hear.
import type { Change } from '../graph/change.ts';
import type { ExportedPort, Metadata } from '../graph/graph.ts';
import type { PayloadOf } from './messages-in.ts';
import { clearMessage, graphMessage } from './messages-out.ts';
import { type Handlers, networkOf, type Request, type Runtime } from './request.ts';

function exportedPort({ public: name, node, port, metadata }: PayloadOf<'graph:addinport'>): ExportedPort {
  return { public: name, end: { role: node, port }, ...(metadata === undefined ? {} : { metadata: given(metadata) }) };
}

/** A new part of a graph has no keys to take away. */
const given = (metadata: Metadata): Metadata =>
  Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));

export function graphHandlers(runtime: Runtime): Handlers<'graph'> {
  async function change(graph: string, one: Change, request: Request): Promise<void> {
    const { events } = await networkOf(runtime, graph).change([one], request);
    if (!request.answered) for (const event of events) request.answer(graphMessage(graph, event));
  }

  return {
    async 'graph:clear'({ id, name, main = false }, request) {
      await runtime.coordinator.clear(id, { ...(name === undefined ? {} : { name }), main, by: request });
      if (!request.answered) request.answer(clearMessage(id, name, main));
    },
    'graph:addnode': ({ graph, id, component, metadata }, request) =>
      change(graph, { do: 'addnode', node: { role: id, component, metadata: given(metadata) } }, request),
    'graph:removenode': ({ graph, id }, request) => change(graph, { do: 'removenode', role: id }, request),
    'graph:renamenode': ({ graph, from, to }, request) => change(graph, { do: 'renamenode', from, to }, request),
    'graph:changenode': ({ graph, id, metadata }, request) =>
      change(graph, { do: 'changenode', role: id, metadata }, request),
    'graph:addedge': ({ graph, src, tgt, metadata }, request) =>
      change(graph, { do: 'addedge', edge: { from: src, to: tgt, metadata: given(metadata) } }, request),
    'graph:removeedge': ({ graph, src, tgt }, request) =>
      change(graph, { do: 'removeedge', from: src, to: tgt }, request),
    'graph:changeedge': ({ graph, src, tgt, metadata }, request) =>
      change(graph, { do: 'changeedge', from: src, to: tgt, metadata }, request),
    'graph:addinitial': ({ graph, src: { data }, tgt, metadata }, request) =>
      change(graph, { do: 'addinitial', initial: { data, to: tgt, metadata: given(metadata) } }, request),
    'graph:removeinitial': ({ graph, tgt }, request) => change(graph, { do: 'removeinitial', to: tgt }, request),
    'graph:addinport': (payload, request) =>
      change(payload.graph, { do: 'addinport', port: exportedPort(payload) }, request),
    'graph:removeinport': ({ graph, public: name }, request) =>
      change(graph, { do: 'removeinport', public: name }, request),
    'graph:renameinport': ({ graph, from, to }, request) => change(graph, { do: 'renameinport', from, to }, request),
    'graph:addoutport': (payload, request) =>
      change(payload.graph, { do: 'addoutport', port: exportedPort(payload) }, request),
    'graph:removeoutport': ({ graph, public: name }, request) =>
      change(graph, { do: 'removeoutport', public: name }, request),
    'graph:renameoutport': ({ graph, from, to }, request) => change(graph, { do: 'renameoutport', from, to }, request),
    'graph:addgroup': ({ graph, name, nodes, metadata }, request) =>
      change(graph, { do: 'addgroup', group: { name, roles: nodes, metadata: given(metadata) } }, request),
    'graph:removegroup': ({ graph, name }, request) => change(graph, { do: 'removegroup', name }, request),
    'graph:renamegroup': ({ graph, from, to }, request) => change(graph, { do: 'renamegroup', from, to }, request),
    'graph:changegroup': ({ graph, name, metadata }, request) =>
      change(graph, { do: 'changegroup', name, metadata }, request),
  };
}
