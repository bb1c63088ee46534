// Faults of what is bought: the vendor, the broker, the database. Each has a name, an undo, and a symptom.
import { CannotRun } from '../command.ts';
import type { RunningLab } from '../lab-view.ts';
import { endOthers, type Plan, prepareFault, startClock, untilOver } from './begin.ts';
import { lockDatabase } from './database-fault.ts';
import type { FaultRecord } from './record.ts';
import { brokerSymptoms, databaseSymptoms, PGLITE } from './symptoms.ts';
import { setVendor, type VendorFault, vendorFaults } from './vendor-fault.ts';

export interface ServiceFault {
  what: 'vendor' | 'broker' | 'database';
  how: string;
  forSeconds?: number | undefined;
  detach?: boolean;
  /** Without its symptom. */
  brief?: boolean;
}

/** A lock has an end, always: the server holds it, and asks nobody. */
const LOCK_SECONDS = 30;

/** What can be done to each. */
export const serviceFaults: Readonly<Record<ServiceFault['what'], readonly string[]>> = {
  vendor: Object.keys(vendorFaults),
  broker: ['restart', 'stop'],
  database: ['stop', 'lock', 'slow'],
};

interface Prepared {
  plan: Plan;
  /** Begins it, once the record is written. */
  begin(): Promise<void>;
  symptom: string;
  /** Takes the place of one that lasts. */
  replaces(record: FaultRecord): boolean;
}

/** A service that is stopped and started again. */
function stopping(
  lab: RunningLab,
  kind: 'broker' | 'database',
  service: string,
  forSeconds: number | undefined,
): Prepared {
  const target = { service };
  return {
    plan: { kind, undo: 'start', what: `${service} stopped`, targets: [target], forSeconds },
    begin: () => lab.stop(target),
    symptom: kind === 'broker' ? brokerSymptoms.stop : databaseSymptoms.stop,
    replaces: (record) => record.kind === kind && record.undo === 'start',
  };
}

function vendor(lab: RunningLab, how: VendorFault, forSeconds: number | undefined): Prepared {
  const targets = [{ service: 'vendor' }];
  return {
    plan: { kind: 'vendor', undo: 'reset-vendor', what: `vendor ${how}`, targets, forSeconds },
    begin: () => setVendor(lab, how),
    symptom: vendorFaults[how].symptom,
    replaces: ({ kind }) => kind === 'vendor',
  };
}

function locking(lab: RunningLab, how: 'lock' | 'slow', forSeconds = LOCK_SECONDS): Prepared {
  const onDocker = lab.mode === 'docker';
  const what = how === 'lock' ? 'the items in the database locked' : 'the items in the database slow';
  const targets = [{ service: 'postgres' }];
  const plan: Plan = { kind: 'database', undo: onDocker ? 'unlock-database' : 'release', what, targets, forSeconds };
  return {
    plan: onDocker ? plan : { ...plan, hold: how },
    // Without Docker its guardian does it.
    begin: async () => (onDocker ? lockDatabase(how, forSeconds) : undefined),
    symptom: onDocker ? databaseSymptoms[how] : `${databaseSymptoms[how]}\n${PGLITE}`,
    replaces: ({ kind, undo }) => kind === 'database' && undo !== 'start',
  };
}

function prepare(lab: RunningLab, { what, how, forSeconds }: ServiceFault): Prepared {
  if (what === 'vendor') return vendor(lab, how as VendorFault, forSeconds);
  if (what === 'broker') return stopping(lab, 'broker', 'rabbitmq', forSeconds);
  if (how === 'stop') return stopping(lab, 'database', 'postgres', forSeconds);
  return locking(lab, how as 'lock' | 'slow', forSeconds);
}

/** @throws {CannotRun} */
export async function runServiceFault(lab: RunningLab, fault: ServiceFault, interrupted: AbortSignal): Promise<void> {
  const { what, how, detach = false } = fault;
  if (what === 'broker' && how === 'restart') {
    if (fault.forSeconds !== undefined)
      throw new CannotRun('--for is not for broker restart: it is over when it is up again');
    await lab.restart({ service: 'rabbitmq' });
    return console.log(brokerSymptoms.restart);
  }
  const { plan, begin, symptom, replaces } = prepare(lab, fault);
  await endOthers(lab, replaces);
  const prepared = await prepareFault(lab, plan);
  await begin();
  const record = await startClock(prepared, plan.forSeconds);
  if (!fault.brief) console.log(symptom);
  // A vendor that is up has to be told, and is not by a start.
  const back = plan.undo === 'start' ? './lab up' : undefined;
  await untilOver(lab, record, { detach, signal: interrupted, back });
}
