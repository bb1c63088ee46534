// `npm run bench -- <name> [--json]`: runs one benchmark and prints its figures, as a table or as one JSON object.
import { parseArgs } from 'node:util';

const benchmarks: Record<
  string,
  {
    about: string;
    load: () => Promise<{ run: (progress: (line: string) => void, options: Options) => Promise<Figures> }>;
  }
> = {
  'first-job': {
    about:
      'seconds from `up` to healthy and to the first finished image; memory, image size, start of a worker (needs Docker)',
    load: () => import('./first-job.ts'),
  },
  messaging: {
    about: 'messages a second through one participant, beside amqplib by hand, rabbitmq-client and stock; its memory',
    load: () => import('./messaging.ts'),
  },
  resume: {
    about: 'milliseconds from SIGKILL of a worker to its first message in another one’s hands',
    load: () => import('./resume.ts'),
  },
  coordinator: {
    about: 'changing routes under load, the cost of listening in, noticing a killed replica, memory of the coordinator',
    load: () => import('./coordinator.ts'),
  },
  scaling: {
    about:
      'jobs in their deadline and replica-seconds of the scaling policies, in the simulator (nothing else is needed)',
    load: () => import('./scaling.ts'),
  },
  'scale-up': {
    about:
      'scaling on the real lab: how soon help comes, a flash crowd, 40 scale-downs, the simulator beside it (needs Docker)',
    load: () => import('./scale-up.ts'),
  },
  accept: {
    about:
      'jobs accepted a second, in sets of 1, 10 and 100, beside a handler that only publishes; under a long queue (needs Docker)',
    load: () => import('./accept.ts'),
  },
  soak: {
    about: 'memory of every service of a whole lab at 80 % of its capacity, half an hour or --minutes (needs Docker)',
    load: () => import('./soak.ts'),
  },
};

/** What some benchmarks can be asked for, beside all of it. */
export interface Options {
  /** `soak`: how long, a number as it was given. */
  minutes?: string;
  /** `scaling`: one seed instead of five. */
  quick?: boolean;
  /** Only cells, policies or variants with this in their names. */
  cell?: string;
  policy?: string;
}

/** One measured figure, with what is wanted of it where something is. */
export interface Figure {
  value: number;
  unit: string;
  wanted?: string;
  /** Single measurements behind a median. */
  samples?: number[];
}

export type Figures = Record<string, Figure>;

const usage = (): string =>
  `usage: npm run bench -- <name> [--json]\n       npm run bench -- scaling [--json] [--quick] [--cell <part of a name>] [--policy <part of a name>]\n       npm run bench -- soak [--json] [--minutes 30]\n\n${Object.entries(
    benchmarks,
  )
    .map(([name, { about }]) => `  ${name.padEnd(12)} ${about}`)
    .join('\n')}\n`;

const { values, positionals } = parseArgs({
  options: {
    json: { type: 'boolean' },
    help: { type: 'boolean' },
    quick: { type: 'boolean' },
    cell: { type: 'string' },
    policy: { type: 'string' },
    minutes: { type: 'string' },
  },
  allowPositionals: true,
});
const name = positionals[0];
const benchmark = name === undefined ? undefined : benchmarks[name];
if (values.help) process.stdout.write(usage());
else if (benchmark === undefined) {
  process.stderr.write(usage());
  process.exit(2);
} else {
  const figures = await (await benchmark.load()).run((line) => process.stderr.write(`${line}\n`), values);
  if (values.json) process.stdout.write(`${JSON.stringify({ benchmark: name, figures }, null, 2)}\n`);
  else {
    for (const [what, { value, unit, wanted, samples = [] }] of Object.entries(figures)) {
      const spread = samples.length > 1 ? `${Math.min(...samples)} to ${Math.max(...samples)}` : '';
      const columns = [what.padEnd(48), String(value).padStart(9), unit.padEnd(6), spread.padEnd(18)];
      process.stdout.write(`${columns.join(' ')} ${wanted ? `wanted: ${wanted}` : ''}`.trimEnd().concat('\n'));
    }
  }
}
