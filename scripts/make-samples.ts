// Draws the sample pictures into services/samples: `npm run samples`. The same sharp makes the same bytes.
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import sharp, { type OverlayOptions, type Sharp } from 'sharp';
import { seeded } from './samples/draw.ts';
import { desert, fog, forest, harbour, mountains, nightCity, snow } from './samples/landscapes.ts';
import { balloons, logo, portrait, tiny, windmill } from './samples/things.ts';

const folder = new URL('../services/samples/', import.meta.url);

/** One thread: an AVIF encoder with several cuts the picture by the number of cores, and so changes its bytes. */
sharp.concurrency(1);

/** The noise of a camera's sensor: without it a large picture is all gradients, and cheaper to decode than a real one. */
function grain(): OverlayOptions {
  const random = seeded(5);
  const edge = 256;
  const input = Buffer.from(Array.from({ length: edge * edge }, () => 128 + Math.round((random() - random()) * 26)));
  return { input, raw: { width: edge, height: edge, channels: 1 }, tile: true, blend: 'soft-light' };
}

const jpeg = (picture: Buffer, quality: number): Sharp => sharp(picture).flatten().jpeg({ quality });

/** What each file is there to show stands beside it. */
const pictures: Record<string, () => Sharp> = {
  // The one that the documents use.
  'harbour.jpg': () => jpeg(harbour({ width: 1600, height: 1200 }), 82),
  // 12 megapixels: what a camera gives, and what makes a worker sweat.
  'mountains.jpg': () => jpeg(mountains({ width: 4000, height: 3000 }), 76).composite([grain()]),
  // Higher than wide.
  'portrait.jpg': () => jpeg(portrait({ width: 1200, height: 1600 }), 84),
  // Stored lying on its side, as a telephone does; its EXIF says "turn me by 90 degrees", and where it was taken.
  'balloons.jpg': () =>
    jpeg(balloons({ width: 1200, height: 1600 }), 82)
      .rotate(270)
      .withMetadata({ orientation: 6 })
      .withExifMerge({
        IFD0: { Make: 'Queuelab', Model: 'Paintbrush' },
        IFD3: {
          GPSLatitudeRef: 'N',
          GPSLatitude: '59/1 54/1 50/1',
          GPSLongitudeRef: 'E',
          GPSLongitude: '10/1 45/1 8/1',
        },
      }),
  // Transparent around the mark.
  'logo.png': () => sharp(logo({ width: 800, height: 800 })).png({ compressionLevel: 9, palette: true, quality: 90 }),
  'desert.webp': () =>
    sharp(desert({ width: 1920, height: 1120 }))
      .flatten()
      .webp({ quality: 84 }),
  // Many sharp edges: a PNG, the largest for its size.
  'night-city.png': () =>
    sharp(nightCity({ width: 1440, height: 900 }))
      .flatten()
      .png({ compressionLevel: 9, palette: true, quality: 80 }),
  'forest.avif': () =>
    sharp(forest({ width: 1600, height: 1200 }))
      .flatten()
      .avif({ quality: 55, effort: 4 }),
  // A panorama, more than five times as wide as high.
  'snow.jpg': () => jpeg(snow({ width: 4800, height: 900 }), 76),
  // One channel.
  'fog.jpg': () => jpeg(fog({ width: 1500, height: 1000 }), 84).toColourspace('b-w'),
  // Smaller than most thumbnails: is it enlarged?
  'tiny.png': () =>
    sharp(tiny({ width: 64, height: 48 }))
      .flatten()
      .png({ compressionLevel: 9 }),
  // Animated: the first frame counts.
  'windmill.gif': () => {
    const frames = [0, 0.25, 0.5, 0.75].map((turn) => windmill({ width: 480, height: 360 }, turn));
    return sharp(frames, { join: { animated: true } }).gif({ delay: frames.map(() => 120), colours: 64 });
  },
};

await mkdir(folder, { recursive: true });
const wanted = new Set(Object.keys(pictures));
for (const file of await readdir(folder)) {
  if (!wanted.has(file) && file !== 'README.md') await rm(new URL(file, folder));
}
let total = 0;
for (const [file, draw] of Object.entries(pictures)) {
  const { data, info } = await draw().toBuffer({ resolveWithObject: true });
  await writeFile(new URL(file, folder), data);
  total += data.length;
  console.log(
    `${file.padEnd(16)} ${`${info.width}x${info.pageHeight ?? info.height}`.padStart(9)} ${`${Math.ceil(data.length / 1024)} KiB`.padStart(9)}`,
  );
}
console.log(`${wanted.size} pictures, ${Math.ceil(total / 1024)} KiB in services/samples`);
