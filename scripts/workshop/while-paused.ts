// Something that is done while roles take no work.
import type { BrokerConnection } from '../../services/shared/messaging/connection.ts';
import { pauseRole, resumeRole } from '../../services/shared/messaging/pausing.ts';
import { CannotRun } from '../command.ts';

/**
 * Pauses the roles and lets them go on afterwards, whatever becomes of the work.
 * @param signal when it has fired, its reason is why the work has failed: Ctrl-C ends the work's children, too
 * @throws what the work throws @throws {CannotRun} where they could not be told to go on, with what came before that
 */
export async function whilePaused(
  connection: BrokerConnection,
  { roles, signal }: { roles: readonly string[]; signal: AbortSignal },
  work: () => Promise<void>,
): Promise<void> {
  const each = (tell: typeof pauseRole) => Promise.all(roles.map((role) => tell(connection, role)));
  let failure: unknown;
  try {
    await each(pauseRole);
    await work();
  } catch (error) {
    failure = signal.aborted ? signal.reason : error;
  }
  await each(resumeRole).catch((error: Error) => {
    const before = failure === undefined ? '' : `${(failure as Error).message}; and `;
    throw new CannotRun(
      `${before}${roles.join(', ')} may still be paused (${error.message}): ./lab reset lets them go on`,
    );
  });
  if (failure !== undefined) throw failure;
}
