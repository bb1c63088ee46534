// An example of a policy of your own: as many replicas as do all that is here, and all that comes meanwhile, in half of the deadline.
// In guv.yaml: `policy: half-of-deadline`. A change of this file counts from the next poll on.
import type { Situation } from '../services/scaler/deciding/types.ts';
import type { RoleSettings } from '../services/shared/guv/settings.ts';

export default function halfOfDeadline(situation: Situation, settings: RoleSettings) {
  const { waiting, inHand, arrivalRate, service } = situation;
  const seconds = Math.max(settings.deadline / 2 - service, service);
  const jobs = waiting + inHand + arrivalRate * seconds;
  const replicas = Math.ceil((jobs * service) / seconds / settings.concurrency);
  return {
    replicas,
    reason: `${Math.round(jobs)} jobs in ${seconds.toFixed(1)} s, at ${service.toFixed(2)} s each, take ${replicas}`,
  };
}
