// The queues' policies: what a declaration must not say (any argument beyond the contract's makes the next one fail) is said
// by policy, so that stock participants and ours declare alike.
import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../shared/log.ts';
import type { Management, Policy } from '../shared/messaging/management.ts';

/** How often a message may be handed out before the broker takes it for poison: it killed so many workers. */
const DELIVERY_LIMIT = 20;

/** Role queues (`role.PORT`), not the delay queues and those of single replicas, whose names go on. */
const ROLE_QUEUES: Policy = {
  pattern: '^(?!dead-)[^.]+\\.[^.]+$',
  'apply-to': 'queues',
  priority: 1,
  definition: {
    'delivery-limit': DELIVERY_LIMIT,
    // A dead letter leaves its queue only when the dead-letter queue has it. Wants reject-publish.
    'dead-letter-strategy': 'at-least-once',
    overflow: 'reject-publish',
  },
};

/**
 * Dead letters are looked at again and again, each time handed out and put back: RabbitMQ 4 would give a message up at its twentieth
 * delivery that ended with a lost connection.
 */
const DEAD_LETTERS: Policy = {
  pattern: '^dead-',
  'apply-to': 'queues',
  priority: 1,
  definition: { 'delivery-limit': 1_000_000 },
};

const POLICIES = { 'lab-roles': ROLE_QUEUES, 'lab-dead-letters': DEAD_LETTERS };

const PAUSE_MS = 1_000;
const TRIES = 30;

/** Sets the policies; the management API may come up later than the broker's port. */
export async function setPolicies(management: Management, log: Log): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      for (const [name, policy] of Object.entries(POLICIES)) await management.setPolicy(name, policy);
      return;
    } catch (error) {
      if (tried === TRIES) {
        log.error(
          { err: error },
          'could not set the queue policies: no delivery limit holds until the next connection',
        );
        return;
      }
      await pause(PAUSE_MS);
    }
  }
}
