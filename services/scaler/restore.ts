// Sets the numbers of docker-compose.yml again, when scaling is turned off and that is wanted.
import type { PlatformClient } from './observing/platform-client.ts';

export interface Restored {
  role: string;
  from?: number;
  to?: number;
  /** Why it was not done, or not all of it. */
  problem?: string;
}

/** Each role by itself: one that cannot be set does not keep the others from it. @throws {PlatformError} where the platform is away */
export async function restoreNumbers(platform: PlatformClient, roles: readonly string[]): Promise<Restored[]> {
  const known = await platform.roles();
  return Promise.all(
    known
      .filter(({ role }) => roles.includes(role))
      .map(async ({ role, composeReplicas }): Promise<Restored> => {
        try {
          const { from, to, held } = await platform.set(role, composeReplicas);
          return { role, from, to, ...(held !== undefined && { problem: held }) };
        } catch (error) {
          return { role, problem: (error as Error).message };
        }
      }),
  );
}
