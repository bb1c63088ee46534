// The front end as MsgFlo sees it: it sends images and cancellations, and hears of every finished item.
import { Cancellation, FinishedItem, ImageTask } from '../shared/messages.ts';
import type { Delivery, ParticipantDefinition, RunningParticipant, SingleInPort } from '../shared/messaging/types.ts';
import type { Hub } from './hub.ts';

/** What the HTTP side needs of the running participant. */
export type WebPort = Pick<RunningParticipant, 'send' | 'connected' | 'health'>;

export function createWeb(hub: Hub): ParticipantDefinition {
  const results: SingleInPort<FinishedItem> = {
    schema: FinishedItem,
    // Each front end tells its own browsers.
    perReplica: true,
    prefetch: 200,
    handle({ data }: Delivery<FinishedItem>) {
      hub.wake(data.job);
      return undefined;
    },
  };
  return {
    role: 'web',
    component: 'HttpApi',
    label: 'Takes jobs over HTTP',
    icon: 'globe',
    inports: { results },
    outports: { images: { schema: ImageTask }, cancel: { schema: Cancellation, unroutable: 'drop' } },
  };
}
