// Telling the vendor to fail, by its own /faults: by its address, or on Docker, where it has none outside, from inside of its container.
import { CannotRun } from '../command.ts';
import { must } from '../docker-lab.ts';
import type { RunningLab } from '../lab-view.ts';

const ANSWER_MS = 5_000;
/** As in docker-compose.yml. */
const INSIDE = 'http://127.0.0.1:8081/faults';

export const vendorFaults = {
  slow: {
    change: { latency_ms: { median: 2000 } },
    symptom:
      'its calls take 2 s instead of 0.15 s, some more than the 3 s that a worker waits: caption does a tenth of its work, and resize.OUT flows on into a growing caption.IN',
  },
  errors: {
    change: { error_rate: 0.5 },
    symptom:
      'half of its calls fail: captions are tried again after a pause, and wait for that in the delay queues of caption.IN',
  },
  '429': {
    change: { rate_per_second: 5 },
    symptom:
      'it takes 5 calls a second: caption waits out its Retry-After with the work in hand, no attempt is lost, and more replicas would not help',
  },
  down: {
    change: { outage: true },
    symptom:
      'it answers 503 to everything: captions are tried again, each time later; who is out of attempts ends as failed, with that reason',
  },
} as const;

export type VendorFault = keyof typeof vendorFaults;

async function call(lab: RunningLab, init: { method: 'PUT' | 'DELETE'; body?: string }): Promise<void> {
  if (lab.mode === 'docker') {
    const program = `fetch("${INSIDE}",${JSON.stringify(init)}).then(r=>process.exit(r.ok?0:1),()=>process.exit(1))`;
    return must('compose', 'exec', '-T', 'vendor', 'node', '-e', program);
  }
  const { vendor } = await lab.addresses();
  if (vendor === undefined) throw new CannotRun('there is no vendor in this lab');
  const response = await fetch(`${vendor}/faults`, { ...init, signal: AbortSignal.timeout(ANSWER_MS) }).catch(
    () => undefined,
  );
  if (!response?.ok) throw new CannotRun(`the vendor at ${vendor} does not take it; ./lab status shows how it is`);
}

/** @throws {CannotRun} */
export const setVendor = (lab: RunningLab, fault: VendorFault): Promise<void> =>
  call(lab, { method: 'PUT', body: JSON.stringify(vendorFaults[fault].change) });

/** Back to what it started with. @throws {CannotRun} */
export const resetVendor = (lab: RunningLab): Promise<void> => call(lab, { method: 'DELETE' });
