// The role `resize`: reads the source, makes the thumbnail. Bound by the CPU.
import { type Cancellations, cancelledItem, cancelPort } from '../shared/cancellations.ts';
import type { Sources } from '../shared/imaging/source.ts';
import { FailedItem, ImageTask, ResizedImage } from '../shared/messages.ts';
import { defineParticipant } from '../shared/messaging/define-participant.ts';
import type { Poison } from './poison.ts';

interface ResizeParts {
  sources: Sources;
  cancelled: Cancellations;
  poison: Poison;
  prefetch: number;
  attempts: number;
}

const ROLE = 'resize';

/** Loads libvips, the heaviest part by far; `main.ts` has it done while the broker is being waited for. */
export const loadImaging = () => import('../shared/imaging/resize.ts');

export function createResize({ sources, cancelled, poison, prefetch, attempts }: ResizeParts) {
  return defineParticipant({
    role: ROLE,
    component: 'ResizeImage',
    label: 'Makes a thumbnail of an image',
    icon: 'compress',
    inports: {
      in: {
        schema: ImageTask,
        prefetch,
        attempts,
        async handle({ data: task, attempt }, { signal }) {
          if (cancelled.has(task.job)) return cancelledItem(task, { role: ROLE, attempts: attempt - 1 });
          const { item, job, index, source } = task;
          await poison.swallow(source);
          const { resizeImage } = await loadImaging();
          const { original, bytes, ...image } = await resizeImage(await sources.read(source, signal), task);
          const data: ResizedImage = {
            item,
            job,
            index,
            image: { ...image, bytes: bytes.toString('base64') },
            original,
          };
          return { port: 'out', data };
        },
      },
      cancel: cancelPort(cancelled),
    },
    outports: { out: { schema: ResizedImage }, error: { schema: FailedItem } },
  });
}
