// The bounds of roles, asked of the driver and kept for a moment: limits and the host's size hardly change, and whoever scales asks often.
import { type Bound, boundOf, type Host } from './bounds.ts';
import type { Driver, ServiceNumbers } from './driver.ts';
import type { Role } from './roles.ts';

const KEPT_MS = 5_000;

export interface KnownBound {
  bound: Bound;
  numbers: ServiceNumbers;
}

export function createKnownBounds(driver: Driver) {
  const known = new Map<string, KnownBound & { at: number; maximum: number }>();
  let host: Host | undefined;

  /** @throws {DriverError} `unknown` where the lab has no such service */
  return async ({ role, service, maximum }: Role): Promise<KnownBound> => {
    const kept = known.get(role);
    if (kept !== undefined && kept.maximum === maximum && Date.now() - kept.at < KEPT_MS) return kept;
    host ??= await driver.host();
    const [numbers, inUse] = await Promise.all([driver.numbers(service), driver.inUse?.() ?? []]);
    const bound = boundOf({ role, service, maximum, replica: numbers, host, inUse });
    known.set(role, { at: Date.now(), maximum, bound, numbers });
    return { bound, numbers };
  };
}

export type KnownBounds = ReturnType<typeof createKnownBounds>;
