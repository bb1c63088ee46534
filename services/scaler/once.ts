// One look at all roles and one decision of each, as lines of JSON: for a cron job, a script, or whoever wants to see what it would do.
import type { Scaler } from './scaler.ts';

/**
 * Asks the platform for replicas in mode act only.
 * @returns the exit code: 0, 1 where a role could not be observed, 2 where there is no configuration
 */
export async function decideOnce(
  { governor, close }: Scaler,
  { out, err }: { out: (line: string) => void; err: (line: string) => void },
): Promise<0 | 1 | 2> {
  try {
    const decisions = await governor.once();
    for (const decision of decisions) out(JSON.stringify(decision));
    for (const problem of governor.status().config.problem ?? []) err(problem);
    return decisions.every(({ situation }) => situation !== undefined) ? 0 : 1;
  } catch (error) {
    err((error as Error).message);
    return 2;
  } finally {
    await close();
  }
}
