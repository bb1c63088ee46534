// Which pictures are taken, and how they are told from other files: by their first bytes, before any decoder sees them.

/** Formats of source pictures. */
export type SourceFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif' | 'tiff';

/** For people: what a source must be. */
export const SOURCE_FORMATS = 'JPEG, PNG, WebP, AVIF, GIF or TIFF';

const AVIF_BRANDS = new Set(['avif', 'avis', 'mif1', 'msf1', 'miaf']);

/**
 * The format that a file claims by its first bytes; undefined for all else. So SVG, PDF and what else libvips can open never reach
 * its loaders, some of which read further files or run for ever.
 */
export function sniffFormat(bytes: Buffer): SourceFormat | undefined {
  const ascii = (from: number, to: number): string => bytes.toString('latin1', from, to);
  if (ascii(0, 3) === '\xff\xd8\xff') return 'jpeg';
  if (ascii(0, 8) === '\x89PNG\r\n\x1a\n') return 'png';
  if (ascii(0, 4) === 'RIFF' && ascii(8, 12) === 'WEBP') return 'webp';
  if (/^GIF8[79]a/.test(ascii(0, 6))) return 'gif';
  if (ascii(0, 4) === 'II*\0' || ascii(0, 4) === 'MM\0*') return 'tiff';
  if (ascii(4, 8) === 'ftyp' && AVIF_BRANDS.has(ascii(8, 12))) return 'avif';
  return undefined;
}

/** The name of a format as libvips gives it, in our spelling: it files AVIF under its container, HEIF. */
export function pictureFormat(format: string): string {
  return format === 'heif' ? 'avif' : format;
}
