// The sub-protocol `component`: what roles can be made of, and its source. A graph is fetched as a source, too: a client that has just
// connected learns in this way what is there.
import { graphJson } from '../graph/write.ts';
import type { Network } from '../network.ts';
import { componentMessage, type Message } from './messages-out.ts';
import { Refusal } from './refusal.ts';
import type { Handlers, Runtime } from './request.ts';

/** `photos/Resize` is Resize of the library photos. */
function splitName(name: string): { name: string; library?: string } {
  const slash = name.lastIndexOf('/');
  return slash <= 0 ? { name } : { name: name.slice(slash + 1), library: name.slice(0, slash) };
}

const sourceMessage = (source: { name: string; library?: string; language: string; code: string }): Message => ({
  protocol: 'component',
  command: 'source',
  payload: source,
});

const graphSource = (network: Network): Message =>
  sourceMessage({
    ...splitName(network.id),
    language: 'json',
    code: JSON.stringify(graphJson(network.graph()), null, 2),
  });

export function componentHandlers({ coordinator }: Runtime): Handlers<'component'> {
  return {
    'component:list'(_, request) {
      const components = coordinator.components();
      for (const component of components) request.answer(componentMessage(component));
      request.answer({ protocol: 'component', command: 'componentsready', payload: components.length });
    },
    async 'component:getsource'({ name }, request) {
      const network = coordinator.network(name);
      if (network !== undefined) {
        request.answer(graphSource(network));
        return;
      }
      if (!request.authorized) throw new Refusal('component:getsource wants the secret, but for graphs');
      const source = await coordinator.source(name);
      if (source !== undefined) {
        const { name: bare, library, language, code } = source;
        request.answer(sourceMessage({ name: bare, ...(library === undefined ? {} : { library }), language, code }));
        return;
      }
      const known = coordinator.components().find((component) => component.name === name);
      if (known === undefined) throw new Refusal('there is no such component');
      // Whoever runs it has its source. What it announced is shown instead, under the name that MsgFlo has for that.
      request.answer(
        sourceMessage({ ...splitName(name), language: 'discovery', code: JSON.stringify(known, null, 2) }),
      );
    },
    'component:source'() {
      throw new Refusal('sources cannot be set from here: change the file and start the component again');
    },
  };
}
