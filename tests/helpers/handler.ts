// Calls the handler of an in-port as a participant would, without a broker.
import type { Answer, Delivery, HandlerContext, InPort } from '../../services/shared/messaging/types.ts';

/** The handler of a port that takes one message at a time. What it throws at once is a rejection, too. */
export function handlerOf(port: InPort) {
  // biome-ignore lint/suspicious/noConfusingVoidType: a handler that only listens returns nothing
  return async (delivery: Delivery, context: HandlerContext): Promise<Answer | void> => {
    if ('batch' in port) throw new Error('the port takes batches');
    return port.handle(delivery, context);
  };
}
