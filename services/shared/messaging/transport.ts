// The AMQP transport as msgflo-nodejs takes one: a module that has both classes.
import msgflo from 'msgflo-nodejs';
import { Client } from './client.ts';
import { MessageBroker } from './message-broker.ts';

export { Client, MessageBroker };

/** From here on msgflo-nodejs uses it for all its AMQP addresses. */
export function registerTransport(): void {
  for (const scheme of ['amqp', 'amqps']) msgflo.transport.register(scheme, { Client, MessageBroker });
}
