// Participants without work: ports that are declared as the wire contract says, and announced again and again, with nobody who takes
// from them. What comes to a port can be read at leisure.
import type { ChannelModel } from 'amqplib';
import { declareExchange, declareQueue } from '../../services/shared/messaging/declarations.ts';
import { DISCOVERY_QUEUE, queueOf } from '../../services/shared/messaging/names.ts';

/** More often than participants do: the coordinator must not hold those for gone that are not connected. Milliseconds. */
const EVERY_MS = 10_000;

/** Declares and announces a port IN and a port OUT for each role. Resolves when the broker has the first announcements. */
export async function announceRoles(connection: ChannelModel, roles: readonly string[]): Promise<{ stop(): void }> {
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue(DISCOVERY_QUEUE, { durable: true });
  for (const role of roles) {
    await declareQueue(channel, queueOf(role, 'in'));
    await declareExchange(channel, queueOf(role, 'out'));
  }
  const announce = (): void => {
    for (const role of roles) {
      const port = (id: string) => [{ id, type: 'object', queue: queueOf(role, id), hidden: false }];
      const payload = { id: `${role}-1`, role, component: 'Bench', inports: port('in'), outports: port('out') };
      const message = { protocol: 'discovery', command: 'participant', payload };
      channel.sendToQueue(DISCOVERY_QUEUE, Buffer.from(JSON.stringify(message)));
    }
  };
  announce();
  await channel.waitForConfirms();
  const timer = setInterval(announce, EVERY_MS);
  return { stop: () => clearInterval(timer) };
}
