// The front end as MsgFlo sees it: it sends images and cancellations, and hears of every finished item.
import { Cancellation, FinishedItem, ImageTask } from '../shared/messages.ts';
import { defineParticipant } from '../shared/messaging/define-participant.ts';
import type { ParticipantDefinition, RunningParticipant } from '../shared/messaging/types.ts';
import type { Hub } from './hub.ts';

/** What the HTTP side needs of the running participant. */
export type WebPort = Pick<RunningParticipant, 'send' | 'connected' | 'health'>;

/** @param onFinished is told of every finished item, whichever front end took it */
export function createWeb(hub: Hub, onFinished: (item: FinishedItem) => void = () => {}): ParticipantDefinition {
  return defineParticipant({
    role: 'web',
    component: 'HttpApi',
    label: 'Takes jobs over HTTP',
    icon: 'globe',
    inports: {
      results: {
        schema: FinishedItem,
        // Each front end tells its own browsers.
        perReplica: true,
        prefetch: 200,
        handle: ({ data }) => {
          onFinished(data);
          hub.wake(data.job);
        },
      },
    },
    outports: { images: { schema: ImageTask }, cancel: { schema: Cancellation, unroutable: 'drop' } },
  });
}
