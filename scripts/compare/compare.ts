// Both runs, one after the other: remembers how the lab is scaled, runs the same load twice, and puts back what it found, whatever happens.
import type { ServiceClient } from '../service-client.ts';
import type { Comparison, Run, Sample } from './comparison.ts';
import { findState, putBack, scalingOff, scalingOn, setReplicas, untilAtRest } from './lab-state.ts';
import { CPU_ROLE, fairReplicas } from './machine.ts';
import { runLoad } from './run-load.ts';
import { insideRequest, type JobSpec, type Send, throughQueue } from './send-job.ts';

export interface CompareOptions {
  what: Comparison['what'];
  frontend: string;
  scaler: ServiceClient;
  due: readonly number[];
  job: JobSpec;
  deadline: number;
  patience: number;
  /** Cores that one replica of a service may use; empty where nothing limits it. */
  cpus: Readonly<Record<string, number>>;
  /** Ctrl-C: what is open is cancelled, what was found is put back, and it rejects. */
  signal: AbortSignal;
  /** A line for people. */
  say(line: string): void;
  onSample(sample: Sample): void;
}

interface Contender {
  name: string;
  /** Sets the scaler as this run wants it. */
  prepare(scaler: ServiceClient): Promise<void>;
  send: Send;
}

function contenders({ what, frontend, cpus }: CompareOptions): [Contender, Contender] {
  const queue = throughQueue(frontend);
  if (what === 'sync') {
    const fair = async (scaler: ServiceClient): Promise<void> => {
      await scalingOff(scaler);
      const replicas = fairReplicas(cpus);
      if (replicas !== undefined) await setReplicas(scaler, CPU_ROLE, replicas);
    };
    return [
      { name: 'inside the request', prepare: scalingOff, send: insideRequest(frontend) },
      { name: 'by the workers', prepare: fair, send: queue },
    ];
  }
  return [
    { name: 'scaling off', prepare: scalingOff, send: queue },
    { name: 'scaling on', prepare: scalingOn, send: queue },
  ];
}

/** @returns both runs, and how many replicas each role had when the second began */
export async function compare(
  options: CompareOptions,
): Promise<{ runs: [Run, Run]; replicas: Record<string, number> }> {
  const { scaler, signal, say } = options;
  const found = await findState(scaler);
  const ready = async ({ name, prepare }: Contender): Promise<void> => {
    await prepare(scaler);
    say(`${name}: waiting until nothing is left to do`);
    await untilAtRest(scaler, signal);
    say(`${name}: ${options.due.length} jobs`);
  };
  const [first, second] = contenders(options);
  try {
    // Both begin with the numbers of docker-compose.yml, whatever was found.
    await scalingOff(scaler);
    await untilAtRest(scaler, signal);
    await ready(first);
    const one = await runLoad({ ...options, ...first });
    await ready(second);
    const { replicas } = await findState(scaler);
    return { runs: [one, await runLoad({ ...options, ...second })], replicas };
  } finally {
    say(await putBack(scaler, found));
  }
}
