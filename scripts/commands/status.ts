// `./lab status`: one screen that says how the lab is doing.
import { setTimeout as wait } from 'node:timers/promises';
import { CannotRun, type Command } from '../command.ts';
import { frontEnd, type JobCount } from '../front-end.ts';
import type { LabAddresses, ReplicaHealth, ReplicaView, RunningLab, ServiceView } from '../lab-view.ts';
import { type QueueView, readQueues } from '../queues.ts';
import { requireLab } from '../running-lab.ts';
import { askScaler } from '../scaled-role.ts';
import { paint, type Style, table } from '../terminal.ts';

const WATCH_EVERY_MS = 1_000;
const CLEAR = '\u001b[H\u001b[J';
const STYLE: Record<ReplicaHealth, Style> = {
  healthy: 'green',
  starting: 'yellow',
  waiting: 'yellow',
  draining: 'yellow',
  unhealthy: 'red',
  down: 'red',
};

interface Status {
  mode: RunningLab['mode'];
  addresses: { frontend?: string; coordinator?: string; scaler?: string; management?: string };
  services: ServiceView[];
  /** Null where the broker cannot be asked. */
  queues: QueueView[] | null;
  /** Null where the front end cannot be asked. */
  jobs: Record<string, JobCount> | null;
  /** Null where the scaler cannot be asked. */
  scaling: Scaling | null;
}

interface Scaling {
  mode: string;
  /** How many replicas of a service finish what they have in hand, as Docker does not tell. */
  draining: Record<string, number>;
}

async function readScaling(addresses: LabAddresses): Promise<Scaling | null> {
  const status = await askScaler(addresses);
  if (status === undefined) return null;
  const draining = status.roles.map(({ worker, replicas }) => [worker, replicas?.draining ?? 0] as const);
  return { mode: status.mode, draining: Object.fromEntries(draining.filter(([, count]) => count > 0)) };
}

async function read(lab: RunningLab): Promise<Status> {
  const known = await lab.addresses();
  const { frontend, coordinator, scaler, management } = known;
  const [services, queues, jobs, scaling] = await Promise.all([
    lab.services(),
    management === undefined ? null : readQueues(management).catch(() => null),
    frontend === undefined
      ? null
      : frontEnd(frontend)
          .jobsByState()
          .catch(() => null),
    readScaling(known),
  ]);
  // Without the password: this is printed.
  const addresses = { frontend, coordinator, scaler, management: management && new URL(management).origin };
  return { mode: lab.mode, addresses, services, queues, jobs, scaling };
}

/** What has ended in order is no trouble. */
const styleOf = (state: ReplicaHealth, replicas: readonly ReplicaView[]): Style =>
  state === 'down' && replicas.every(({ exitCode }) => exitCode === 0) ? 'dim' : STYLE[state];

/** @param draining where the replicas themselves do not show it */
function summarise({ replicas }: ServiceView, draining = 0): [string, string] {
  if (replicas.length === 0) return [paint('dim', 'none'), ''];
  const states = [...new Set(replicas.map(({ state }) => state))];
  const counted = states.map((state) => {
    const such = replicas.filter((replica) => replica.state === state);
    return paint(styleOf(state, such), states.length === 1 ? state : `${such.length} ${state}`);
  });
  const details = replicas.filter(({ detail }) => detail !== '').map(({ name, detail }) => `${name}: ${detail}`);
  const leaving = draining > 0 && !states.includes('draining') ? [`${draining} of them draining`] : [];
  return [counted.join(', '), [...leaving, ...details].join('; ')];
}

const rate = (value: number): string => value.toFixed(1);

function render({ mode, addresses, services, queues, jobs, scaling }: Status): string {
  const roles = services.map((service) => [
    service.name,
    String(service.replicas.length),
    ...summarise(service, scaling?.draining[service.name]),
  ]);
  const head = `${mode === 'docker' ? 'on Docker' : 'without Docker'}   ${Object.values(addresses).filter(Boolean).join('   ')}`;
  const shown = queues?.filter(({ ofOneReplica }) => !ofOneReplica);
  const rows = shown?.map((queue) => [
    queue.name,
    String(queue.ready),
    String(queue.unacked),
    String(queue.consumers),
    rate(queue.publishRate),
    rate(queue.deliverRate),
    rate(queue.ackRate),
  ]);
  const counts = Object.entries(jobs ?? {}).map(([state, { count, more }]) => `${count}${more ? '+' : ''} ${state}`);
  return [
    head,
    table([['service', 'replicas', 'state', ''], ...roles]),
    rows === undefined
      ? paint('yellow', 'queues: the broker does not answer')
      : table([['queue', 'ready', 'unacked', 'consumers', 'in/s', 'out/s', 'acked/s'], ...rows]),
    jobs === null ? paint('yellow', 'jobs: the front end does not answer') : `jobs   ${counts.join('   ')}`,
    ...(scaling === null ? [] : [`scaling   ${scaling.mode}; ./lab autoscale status tells more`]),
  ].join('\n\n');
}

export const command: Command = {
  summary: 'show services and their health, queues with depths and rates, jobs by state',
  usage: '',
  positionals: { min: 0, max: 0 },
  options: {
    watch: { type: 'boolean', short: 'w', help: 'again each second, until Ctrl-C' },
    json: { type: 'boolean', help: 'as one JSON object' },
  },
  async run({ values }) {
    if (values.watch && values.json) throw new CannotRun('--watch and --json exclude each other');
    const lab = await requireLab();
    if (values.json) console.log(JSON.stringify(await read(lab)));
    else if (!values.watch) console.log(render(await read(lab)));
    else {
      for (;;) {
        const text = render(await read(lab));
        process.stdout.write(`${CLEAR}${text}\n`);
        await wait(WATCH_EVERY_MS);
      }
    }
    return 0;
  },
};
