// A simulation of one policy, as it is shown beside others.
import type { SimulationReport } from '../../services/scaler/simulator/types.ts';

export interface PolicyRun {
  /** As people call it: `deadline`, `guv`, `guv@5`. */
  policy: string;
  report: SimulationReport;
  /** Seconds, of each role of the report. */
  deadlines: readonly number[];
  /** Seconds between two looks at each role. */
  polls: readonly number[];
  /** The most replicas that each role may have. */
  maxima: readonly number[];
}
