// The role `caption`: has the captioning service of a third party describe the thumbnail. Bound by that service.
import { type Cancellations, cancelledItem, cancelPort } from '../shared/cancellations.ts';
import { CaptionedImage, FailedItem, ResizedImage } from '../shared/messages.ts';
import { defineParticipant } from '../shared/messaging/define-participant.ts';
import type { VendorClient } from '../shared/vendor-client.ts';

interface CaptionParts {
  vendor: VendorClient;
  cancelled: Cancellations;
  prefetch: number;
  attempts: number;
}

const ROLE = 'caption';

export function createCaption({ vendor, cancelled, prefetch, attempts }: CaptionParts) {
  return defineParticipant({
    role: ROLE,
    component: 'CaptionImage',
    label: 'Describes an image in a sentence',
    icon: 'comment',
    inports: {
      in: {
        schema: ResizedImage,
        prefetch,
        attempts,
        async handle({ data: resized, attempt }, { signal }) {
          if (cancelled.has(resized.job)) return cancelledItem(resized, { role: ROLE, attempts: attempt - 1 });
          const { bytes, contentType } = resized.image;
          const caption = await vendor.caption(Buffer.from(bytes, 'base64'), contentType, signal);
          const data: CaptionedImage = { ...resized, caption };
          return { port: 'out', data };
        },
      },
      cancel: cancelPort(cancelled),
    },
    outports: { out: { schema: CaptionedImage }, error: { schema: FailedItem } },
  });
}
