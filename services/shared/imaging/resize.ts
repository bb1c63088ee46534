// Makes a thumbnail: any picture in, one of the size, fit and format that were asked for out.
import type { Metadata, Sharp } from 'sharp';
import { ItemError } from '../errors.ts';
import type { ImageTask } from '../messages.ts';
import { pictureFormat, SOURCE_FORMATS, sniffFormat } from './formats.ts';
import sharp from './sharp.ts';

/** Largest source, in pixels; as much as 200 MB once it is decoded. */
export const MAX_SOURCE_PIXELS = 50_000_000;
/** Largest thumbnail, in bytes: it travels in a message, as base64 a third larger, and the broker takes 16 MiB. */
export const MAX_RESULT_BYTES = 8 * 1024 * 1024;

export type ResizeOptions = Pick<ImageTask, 'width' | 'height' | 'fit' | 'format'>;

export interface Resized {
  contentType: string;
  width: number;
  height: number;
  bytes: Buffer;
  /** The source, its EXIF orientation applied. */
  original: { width: number; height: number; format: string; bytes: number };
}

/**
 * - `cover` fills the box and cuts off what stands out; `contain` shows the whole picture and fills up the box, with nothing where
 *   the format knows transparency, else with white; `inside` shows the whole picture, without anything around it, as large as the
 *   box allows but never larger than it is.
 * - Turned upright as EXIF says; colours converted to sRGB; no metadata is kept. Of an animation, the first frame counts.
 *
 * @throws {ItemError} `not-a-picture`, `broken-picture`, `picture-too-large` (before anything is decoded), `result-too-large`.
 */
export async function resizeImage(bytes: Buffer, options: ResizeOptions): Promise<Resized> {
  const { width, height } = await readHeader(bytes);
  const opaque = options.format === 'jpeg';
  // 'error': a file with harmless oddities passes, one that is cut off or damaged does not.
  const picture = sharp(bytes, { autoOrient: true, failOn: 'error', limitInputPixels: MAX_SOURCE_PIXELS })
    .resize({
      width: options.width,
      height: options.height,
      fit: options.fit,
      withoutEnlargement: options.fit === 'inside',
      background: opaque ? '#ffffff' : { r: 0, g: 0, b: 0, alpha: 0 },
    })
    .toColourspace('srgb');
  if (opaque) picture.flatten({ background: '#ffffff' });
  const result = await encode(picture, options.format)
    .toBuffer({ resolveWithObject: true })
    .catch((error: unknown) => {
      throw brokenPicture(error);
    });
  if (result.data.length > MAX_RESULT_BYTES) {
    const size = `${(result.data.length / 1024 ** 2).toFixed(1)} MiB`;
    const limit = `${MAX_RESULT_BYTES / 1024 ** 2} MiB`;
    throw new ItemError(
      'result-too-large',
      `At ${result.info.width} x ${result.info.height} pixels as ${options.format} the result has ${size}, at most ${limit} are kept. Ask for a smaller size, or for jpeg or webp.`,
    );
  }
  return {
    contentType: `image/${options.format}`,
    width: result.info.width,
    height: result.info.height,
    bytes: result.data,
    original: { width, height, format: sniffFormat(bytes)!, bytes: bytes.length },
  };
}

/** Reads the size without decoding a pixel, so that a small file that unpacks to gigabytes costs nothing. */
async function readHeader(bytes: Buffer): Promise<{ width: number; height: number }> {
  const claimed = sniffFormat(bytes);
  if (claimed === undefined) {
    const what = bytes.length === 0 ? 'The file is empty' : 'The file is not a picture';
    throw new ItemError('not-a-picture', `${what}: it must be ${SOURCE_FORMATS}.`);
  }
  let metadata: Metadata;
  try {
    metadata = await sharp(bytes, { limitInputPixels: false }).metadata();
  } catch (error) {
    throw brokenPicture(error);
  }
  if (pictureFormat(metadata.format) !== claimed || (claimed === 'avif' && metadata.compression !== 'av1')) {
    throw new ItemError(
      'not-a-picture',
      `The file is not a picture of a kind that is taken: it must be ${SOURCE_FORMATS}.`,
    );
  }
  const { width, height } = metadata.autoOrient;
  if (width * height > MAX_SOURCE_PIXELS) {
    const megapixels = Math.ceil((width * height) / 100_000) / 10;
    throw new ItemError(
      'picture-too-large',
      `The picture has ${megapixels} megapixels (${width} x ${height}), at most ${MAX_SOURCE_PIXELS / 1e6} are taken.`,
    );
  }
  return { width, height };
}

/** Settings for a worker with a fraction of a core: each encoder at a speed where a thumbnail takes tens of milliseconds. */
function encode(picture: Sharp, format: ResizeOptions['format']): Sharp {
  switch (format) {
    case 'jpeg':
      return picture.jpeg({ quality: 82 });
    case 'png':
      return picture.png({ compressionLevel: 6 });
    case 'webp':
      return picture.webp({ quality: 82, effort: 3 });
    case 'avif':
      return picture.avif({ quality: 55, effort: 1 });
  }
}

function brokenPicture(error: unknown): ItemError {
  const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
  return new ItemError('broken-picture', `The picture is damaged or cut off: ${reason}.`, { cause: error });
}
