// The policies that are compared, each with the settings that its users would give it.
import type { Policy } from '../../services/scaler/deciding/types.ts';
import { deadline } from '../../services/scaler/policies/deadline.ts';
import { guv } from '../../services/scaler/policies/guv.ts';
import { kedaQueueLength } from '../../services/scaler/policies/keda-queue-length.ts';
import type { RoleSettings } from '../../services/shared/guv/settings.ts';

export interface Contender {
  name: string;
  policy: Policy;
  settings: (settings: RoleSettings) => RoleSettings;
}

export const contenders: readonly Contender[] = [
  {
    name: 'deadline',
    policy: deadline,
    settings: (settings) => ({ ...settings, policy: 'deadline', pollinterval: 2 }),
  },
  { name: 'guv 5 s', policy: guv, settings: (settings) => ({ ...settings, policy: 'guv', pollinterval: 5 }) },
  { name: 'guv 30 s', policy: guv, settings: (settings) => ({ ...settings, policy: 'guv', pollinterval: 30 }) },
  {
    name: 'keda-queue-length',
    policy: kedaQueueLength,
    settings: (settings) => ({ ...settings, policy: 'keda-queue-length', pollinterval: 15, history: 300 }),
  },
];
