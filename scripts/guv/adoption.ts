// What the scaler has measured, as it goes into guv.yaml, and what that changes there.
import { z } from 'zod';
import { adopt, type MeasuredTimes } from '../../services/shared/guv/adopt.ts';
import { readGuvConfig } from '../../services/shared/guv/read-config.ts';
import { CannotRun } from '../command.ts';

/** The part of the scaler's GET /status that counts here. */
const Status = z.object({
  roles: z.array(
    z.object({
      role: z.string(),
      measured: z.object({
        service: z.number().positive().optional(),
        serviceSpread: z.number().nonnegative().optional(),
      }),
    }),
  ),
});

/** Roles with both times measured. @throws {CannotRun} where the answer is not what a scaler says */
export function measuredTimes(status: unknown): Record<string, MeasuredTimes> {
  const parsed = Status.safeParse(status);
  if (!parsed.success) throw new CannotRun('what answered is no scaler: its status has no measured times');
  return Object.fromEntries(
    parsed.data.roles.flatMap(({ role, measured: { service, serviceSpread } }) =>
      service === undefined || serviceSpread === undefined
        ? []
        : [[role, { processing: service, stddev: serviceSpread }] as const],
    ),
  );
}

export interface Change {
  role: string;
  key: 'processing' | 'stddev';
  from: number;
  to: number;
}

export interface Adoption {
  text: string;
  changes: Change[];
  /** Roles of the file of which nothing was measured. */
  unmeasured: string[];
}

/** @throws as `adopt` */
export function adoption(text: string, measured: Record<string, MeasuredTimes>, file: string): Adoption {
  const adopted = adopt(text, measured, file);
  const before = readGuvConfig(text, file, { lenient: true }).roles;
  const after = readGuvConfig(adopted, file).roles;
  const changes = after.flatMap((role, i) =>
    (['processing', 'stddev'] as const)
      .filter((key) => role[key] !== before[i]![key])
      .map((key): Change => ({ role: role.role, key, from: before[i]![key], to: role[key] })),
  );
  const unmeasured = before.map(({ role }) => role).filter((role) => !Object.hasOwn(measured, role));
  return { text: adopted, changes, unmeasured };
}
