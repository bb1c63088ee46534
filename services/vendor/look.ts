// Looks at a picture and says something true about it: its colours, how bright it is, which way it lies.
import { MAX_SOURCE_PIXELS } from '../shared/imaging/resize.ts';
import sharp from '../shared/imaging/sharp.ts';
import type { Caption } from '../shared/messages.ts';
import { type ColourName, colourName } from './palette.ts';

/** Pictures are looked at in this many pixels each way: colours survive that, and it takes little time. */
const LOOK_PX = 32;
/** Colours that cover less of a picture are not worth a mention. */
const SMALLEST_SHARE = 0.1;
const MOST_COLOURS = 3;
/** Pixels that one sees through have no colour. */
const SEEN_FROM_ALPHA = 128;

/** @throws where the bytes are no picture that can be decoded. */
export async function look(picture: Buffer): Promise<Caption> {
  const image = sharp(picture, { autoOrient: true, limitInputPixels: MAX_SOURCE_PIXELS });
  const { autoOrient } = await image.metadata();
  const pixels = await image
    .resize({ width: LOOK_PX, height: LOOK_PX, fit: 'fill' })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer();

  const counts = new Map<ColourName, number>();
  let light = 0;
  let seen = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const [red = 0, green = 0, blue = 0, alpha = 0] = pixels.subarray(at, at + 4);
    if (alpha < SEEN_FROM_ALPHA) continue;
    seen++;
    light += (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
    const name = colourName(red, green, blue);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const colours = [...counts]
    .sort(([, more], [, fewer]) => fewer - more)
    .filter(([, count], index) => index === 0 || count / seen >= SMALLEST_SHARE)
    .slice(0, MOST_COLOURS)
    .map(([name]) => name);
  const brightness = seen === 0 ? 1 : Math.round((light / seen) * 100) / 100;
  const orientation = orientationOf(autoOrient);
  const transparent = seen < 0.95 * LOOK_PX * LOOK_PX;
  return { text: sentence({ colours, brightness, orientation, transparent }), colours, brightness, orientation };
}

function orientationOf({ width, height }: { width: number; height: number }): Caption['orientation'] {
  if (width === height) return 'square';
  return width > height ? 'landscape' : 'portrait';
}

function sentence(seen: Omit<Caption, 'text'> & { transparent: boolean }): string {
  const shape = { landscape: 'wide picture', portrait: 'tall picture', square: 'square picture' }[seen.orientation];
  if (seen.colours.length === 0) return `A ${shape} that is transparent all over.`;
  const light = seen.brightness < 0.25 ? 'dark ' : seen.brightness > 0.65 ? 'bright ' : '';
  const tones = new Intl.ListFormat('en-GB').format(seen.colours);
  return `A ${light}${shape} in ${tones}${seen.transparent ? ' on a transparent ground' : ''}.`;
}
