// The role `watermark`: puts a light band across the lower edge of a thumbnail. Bound by the CPU.
import { type Cancellations, cancelledItem, cancelPort } from '../../../services/shared/cancellations.ts';
import sharp from '../../../services/shared/imaging/sharp.ts';
import { FailedItem, ResizedImage } from '../../../services/shared/messages.ts';
import { defineParticipant } from '../../../services/shared/messaging/define-participant.ts';

const ROLE = 'watermark';
/** Of the height of the picture. */
const BAND = 0.2;
const LIGHT = { r: 255, g: 255, b: 255, alpha: 0.6 };

async function marked({ bytes, width, height, contentType }: ResizedImage['image']): Promise<string> {
  const band = { width, height: Math.max(1, Math.round(height * BAND)), channels: 4 as const, background: LIGHT };
  const format = contentType.replace('image/', '') as 'jpeg' | 'png' | 'webp' | 'avif';
  const picture = sharp(Buffer.from(bytes, 'base64')).composite([{ input: { create: band }, gravity: 'south' }]);
  return (await picture.toFormat(format).toBuffer()).toString('base64');
}

export function createWatermark({ cancelled, prefetch }: { cancelled: Cancellations; prefetch: number }) {
  return defineParticipant({
    role: ROLE,
    component: 'WatermarkImage',
    label: 'Marks a thumbnail as ours',
    icon: 'tint',
    inports: {
      in: {
        schema: ResizedImage,
        prefetch,
        async handle({ data: resized, attempt }) {
          if (cancelled.has(resized.job)) return cancelledItem(resized, { role: ROLE, attempts: attempt - 1 });
          const data: ResizedImage = { ...resized, image: { ...resized.image, bytes: await marked(resized.image) } };
          return { port: 'out', data };
        },
      },
      cancel: cancelPort(cancelled),
    },
    outports: { out: { schema: ResizedImage }, error: { schema: FailedItem } },
  });
}
