// What the drawing of the graph tells, from the three files that define the system, and the descriptions of the components.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type End, endText } from '../../../services/coordinator/graph/graph.ts';
import { parseGraph } from '../../../services/coordinator/graph/parse.ts';
import { readLibrary } from '../../../services/coordinator/library.ts';
import { readGuvConfig } from '../../../services/shared/guv/read-config.ts';
import type { RoleSettings } from '../../../services/shared/guv/settings.ts';
import { arrange } from '../../drawing/graph-order.ts';
import { type ComposeService, readComposeFile } from '../../local/compose-file.ts';
import { timeLabel } from '../../scaling/moments.ts';
import { plural } from '../../terminal.ts';

export interface RoleFacts {
  role: string;
  component: string;
  /** What the component does, as package.json says it. */
  about: string;
  /** How many there are, what each may use, and what it promises: a line each. */
  limits: string[];
}

export interface EdgeFacts {
  from: End;
  to: End;
  /** `resize.IN` */
  queue: string;
  /** Its messages are work: they wait in one queue, which guv.yaml names. All others are heard by every replica. */
  work: boolean;
}

export interface GraphFacts {
  /** From left to right. */
  roles: RoleFacts[];
  edges: EdgeFacts[];
}

const MIB = 1024 ** 2;

function limitsOf(service: ComposeService | undefined, scaled: RoleSettings | undefined): string[] {
  const { replicas = 1, cpus, memoryBytes } = service ?? {};
  const count = scaled === undefined ? plural(replicas, 'replica') : `${scaled.minimum} to ${scaled.maximum} replicas`;
  const each = [
    ...(cpus === undefined ? [] : [cpus === 1 ? '1 core' : `${cpus} cores`]),
    ...(memoryBytes === undefined ? [] : [`${memoryBytes / MIB} MiB`]),
  ];
  return [
    ...(each.length === 0 ? [count] : [`${count} of`, each.join(', ')]),
    scaled === undefined ? 'not scaled' : `deadline ${timeLabel(scaled.deadline)}`,
  ];
}

/** @param root the folder of docker-compose.yml */
export function graphFacts(root: string): GraphFacts {
  const read = (file: string): string => readFileSync(join(root, file), 'utf8');
  const graph = parseGraph(read('service.fbp'), 'service.fbp');
  const guv = readGuvConfig(read('guv.yaml')).roles;
  const services = readComposeFile(read('docker-compose.yml'), {});
  const components = new Map(
    readLibrary(join(root, 'package.json'))
      .components()
      .map((one) => [one.name, one]),
  );
  const order = arrange(
    [...graph.nodes.keys()],
    graph.edges.map(({ from, to }) => [from.role, to.role] as const),
  );
  const roles = [...order.groups.flat(), ...order.alone].map((role): RoleFacts => {
    const { component } = graph.nodes.get(role)!;
    const { file, description = '' } = components.get(component) ?? {};
    const service = services.find(({ command }) => file !== undefined && command.includes(file));
    const scaled = guv.find((one) => one.role === role);
    return { role, component, about: description, limits: limitsOf(service, scaled) };
  });
  const edges = graph.edges.map(({ from, to }): EdgeFacts => {
    const queue = endText(to);
    const work = guv.some((one) => one.role === to.role && one.queues.includes(queue));
    return { from, to, queue, work };
  });
  return { roles, edges };
}
