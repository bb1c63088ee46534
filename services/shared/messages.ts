// The messages between roles: one schema for the data of each port. Edges are in service.fbp, declarations in messaging/.
//
//   web IMAGES     -> resize IN      ImageTask
//   resize OUT     -> caption IN     ResizedImage
//   caption OUT    -> store IN       CaptionedImage; a ResizedImage, too, where somebody wires around `caption`
//   resize ERROR, caption ERROR -> store IN     FailedItem: a failure is a result too
//   store OUT      -> web RESULTS    FinishedItem, heard by every front-end replica
//   web CANCEL     -> resize CANCEL, caption CANCEL     Cancellation, heard by every replica
//
// The ids stand in the data, so that a participant written by others, which knows no headers of ours, keeps them.
import { z } from 'zod';

/** Largest width and height of a thumbnail, in pixels. */
export const MAX_EDGE_PX = 4096;
/** Largest number of images in a job. */
export const MAX_IMAGES = 1000;

export const fits = ['cover', 'contain', 'inside'] as const;
export const formats = ['jpeg', 'png', 'webp', 'avif'] as const;

/** Which item of which job. `item` is `<job>.<index>`; `index` counts from 0. */
const itemRef = { item: z.string().min(1), job: z.uuid(), index: z.int().min(0) };

export const ImageTask = z.object({
  ...itemRef,
  source: z.string().min(1),
  width: z.int().min(1).max(MAX_EDGE_PX),
  height: z.int().min(1).max(MAX_EDGE_PX),
  fit: z.enum(fits),
  format: z.enum(formats),
});
export type ImageTask = z.infer<typeof ImageTask>;

export const ResizedImage = z.object({
  ...itemRef,
  image: z.object({
    contentType: z.string(),
    width: z.int().min(1),
    height: z.int().min(1),
    /** The encoded picture, base64. */
    bytes: z.string().min(1),
  }),
  /** The source as it was found, after its EXIF orientation was applied. */
  original: z.object({ width: z.int(), height: z.int(), format: z.string(), bytes: z.int() }),
});
export type ResizedImage = z.infer<typeof ResizedImage>;

export const Caption = z.object({
  text: z.string(),
  colours: z.array(z.string()),
  brightness: z.number().min(0).max(1),
  orientation: z.enum(['landscape', 'portrait', 'square']),
});
export type Caption = z.infer<typeof Caption>;

export const CaptionedImage = z.object({ ...ResizedImage.shape, caption: Caption });
export type CaptionedImage = z.infer<typeof CaptionedImage>;

export const FailedItem = z.object({
  ...itemRef,
  error: z.object({ code: z.string(), reason: z.string(), role: z.string(), attempts: z.int().min(0) }),
});
export type FailedItem = z.infer<typeof FailedItem>;

/** `code` of a FailedItem that was dropped because its job was cancelled. */
export const CANCELLED = 'cancelled';

/** A picture, with a caption where its way led by `caption`: routes may be changed while the lab runs. */
export const Picture = z.object({ ...ResizedImage.shape, caption: Caption.optional() });

export const ItemResult = z.union([Picture, FailedItem]);
export type ItemResult = z.infer<typeof ItemResult>;

export const FinishedItem = z.object({ ...itemRef, state: z.enum(['done', 'failed', 'cancelled']) });
export type FinishedItem = z.infer<typeof FinishedItem>;

export const Cancellation = z.object({ job: z.uuid() });
export type Cancellation = z.infer<typeof Cancellation>;

export function itemId(job: string, index: number): string {
  return `${job}.${index}`;
}
