import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { ItemError } from '../errors.ts';
import { fits, formats } from '../messages.ts';
import { type ResizeOptions, resizeImage } from './resize.ts';
import { createSamples, samplesDir } from './samples.ts';
import sharp from './sharp.ts';

const samples = createSamples(samplesDir.fallback!);
const sample = async (name: string): Promise<Buffer> => (await samples.read(name))!;
const box: ResizeOptions = { width: 120, height: 80, fit: 'cover', format: 'png' };

/** Red, green, blue and alpha (0 to 255) of one pixel. */
async function pixel(picture: Buffer, left: number, top: number): Promise<number[]> {
  const { data } = await sharp(picture)
    .ensureAlpha()
    .extract({ left, top, width: 1, height: 1 })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return [...data];
}

const near = (actual: readonly number[], wanted: readonly number[], tolerance = 12): boolean =>
  wanted.every((value, index) => Math.abs(value - actual[index]!) <= tolerance);

const plain = (width: number, height: number, background: string): Buffer | Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background } })
    .png()
    .toBuffer();

/** Left half red, right half blue, 40 x 20. */
const halves = async () =>
  sharp(await plain(40, 20, '#ff0000')).composite([{ input: await plain(20, 20, '#0000ff'), left: 20, top: 0 }]);

const codeOf = async (bytes: Buffer, options: Partial<ResizeOptions> = {}): Promise<ItemError> => {
  const error = await resizeImage(bytes, { ...box, ...options }).then(
    () => assert.fail('was resized'),
    (thrown: unknown) => thrown,
  );
  assert(error instanceof ItemError, String(error));
  return error;
};

for (const format of formats) {
  for (const fit of fits) {
    test(`${fit} as ${format} has the size, the type and the contents that were asked for`, async () => {
      const result = await resizeImage(await sample('harbour'), { ...box, fit, format });
      // harbour is 4:3, so that inside a box of 3:2 it has the full height only.
      assert.deepEqual([result.width, result.height], fit === 'inside' ? [107, 80] : [120, 80]);
      assert.equal(result.contentType, `image/${format}`);
      const metadata = await sharp(result.bytes).metadata();
      assert.equal(metadata.mediaType, `image/${format}`);
      assert.deepEqual([metadata.width, metadata.height], [result.width, result.height]);
      assert.deepEqual(result.original, {
        width: 1600,
        height: 1200,
        format: 'jpeg',
        bytes: (await sample('harbour')).length,
      });
    });
  }
}

test('every sample can be resized', async () => {
  for (const { name, width, height, format } of await samples.list()) {
    const { original } = await resizeImage(await sample(name), box);
    assert.deepEqual([original.width, original.height, original.format], [width, height, format], name);
  }
});

test('inside never enlarges, cover and contain fill the box', async () => {
  const tiny = await sample('tiny');
  const sizes = await Promise.all(
    fits.map((fit) => resizeImage(tiny, { width: 640, height: 640, fit, format: 'png' })),
  );
  assert.deepEqual(
    sizes.map(({ width, height }) => `${width}x${height}`),
    ['640x640', '640x640', '64x48'],
  );
});

test('a picture that EXIF says to turn is turned, in size and in its pixels', async () => {
  const lying = await (await halves())
    .jpeg({ quality: 100, chromaSubsampling: '4:4:4' })
    .withMetadata({ orientation: 6 })
    .toBuffer();
  const { bytes, original } = await resizeImage(lying, { width: 20, height: 40, fit: 'cover', format: 'png' });
  assert.deepEqual([original.width, original.height], [20, 40]);
  assert.ok(near(await pixel(bytes, 10, 5), [255, 0, 0]), 'the left half, red, is on top now');
  assert.ok(near(await pixel(bytes, 10, 35), [0, 0, 255]), 'the right half, blue, is below');
});

test('nothing of EXIF, GPS, XMP or ICC is left in any format', async () => {
  const before = await sharp(await sample('balloons')).metadata();
  assert.ok(before.exif?.includes('Queuelab'), 'the source has EXIF');
  for (const format of formats) {
    const { bytes } = await resizeImage(await sample('balloons'), { ...box, format });
    const { exif, xmp, iptc, icc, orientation } = await sharp(bytes).metadata();
    assert.deepEqual(
      { exif, xmp, iptc, icc, orientation },
      { exif: undefined, xmp: undefined, iptc: undefined, icc: undefined, orientation: undefined },
      format,
    );
    assert.ok(!bytes.includes('Queuelab'));
  }
});

test('colours of another profile are converted to sRGB', async () => {
  // The red of Display P3 lies outside sRGB; a P3 file of pure sRGB red holds other numbers, and must come back as that red.
  const p3 = await sharp(await plain(20, 20, '#e02020'))
    .withIccProfile('p3')
    .png()
    .toBuffer();
  const [stored] = [...(await sharp(p3, { ignoreIcc: true }).removeAlpha().raw().toBuffer())];
  assert.ok(stored !== undefined && stored < 0xd8, 'the file holds the numbers of P3');
  const { bytes } = await resizeImage(p3, { width: 10, height: 10, fit: 'cover', format: 'png' });
  assert.ok(near(await pixel(bytes, 5, 5), [0xe0, 0x20, 0x20], 3));
});

test('transparency is kept where the format knows it, and white in JPEG', async () => {
  for (const format of formats) {
    const { bytes } = await resizeImage(await sample('logo'), { width: 100, height: 100, fit: 'contain', format });
    const corner = await pixel(bytes, 2, 2);
    if (format === 'jpeg') assert.ok(near(corner, [255, 255, 255, 255]), `${format}: ${corner}`);
    else assert.equal(corner[3], 0, format);
  }
});

test('what contain adds around a picture is transparent, and white in JPEG', async () => {
  for (const format of formats) {
    const { bytes } = await resizeImage(await sample('snow'), { width: 100, height: 100, fit: 'contain', format });
    const corner = await pixel(bytes, 2, 2);
    if (format === 'jpeg') assert.ok(near(corner, [255, 255, 255, 255]), `${format}: ${corner}`);
    else assert.ok(near([corner[3]!], [0]), `${format}: ${corner}`);
  }
});

test('of an animation the first frame counts', async () => {
  const frames = [await plain(20, 20, '#ff0000'), await plain(20, 20, '#0000ff')];
  const animation = await sharp(frames, { join: { animated: true } })
    .gif({ delay: [50, 50] })
    .toBuffer();
  const { bytes, original } = await resizeImage(animation, { width: 10, height: 10, fit: 'cover', format: 'png' });
  assert.deepEqual([original.width, original.height], [20, 20]);
  assert.ok(near(await pixel(bytes, 5, 5), [255, 0, 0]));
});

/** A PNG of one black bit a pixel, made without ever holding its pixels. */
function hugePng(width: number, height: number): Buffer {
  const crcTable = Array.from({ length: 256 }, (_, index) => {
    let crc = index;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? 0xedb88320 ^ (crc >>> 1) : crc >>> 1;
    return crc >>> 0;
  });
  const chunk = (type: string, data: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const crc = named.reduce((sum, byte) => crcTable[(sum ^ byte) & 0xff]! ^ (sum >>> 8), 0xffffffff) ^ 0xffffffff;
    const framed = Buffer.alloc(8 + named.length);
    framed.writeUInt32BE(data.length, 0);
    named.copy(framed, 4);
    framed.writeUInt32BE(crc >>> 0, 4 + named.length);
    return framed;
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const pixels = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height), { level: 9 });
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

test('a 200-megapixel PNG of some 25 kB is refused from its header, fast and without its memory', async () => {
  const bomb = hugePng(20_000, 10_000);
  assert.equal((await sharp(bomb, { limitInputPixels: false }).metadata()).width, 20_000, 'it is a real PNG');
  assert.ok(bomb.length < 30_000, `${bomb.length} bytes`);
  const before = process.memoryUsage().rss;
  const start = performance.now();
  const error = await codeOf(bomb);
  assert.equal(error.code, 'picture-too-large');
  assert.equal(error.message, 'The picture has 200 megapixels (20000 x 10000), at most 50 are taken.');
  assert.ok(performance.now() - start < 250, 'decoding it takes seconds');
  assert.ok(process.memoryUsage().rss - before < 60 * 1024 ** 2, 'decoded it has 200 MB or more');
});

test('exactly 50 megapixels are taken', async () => {
  const { original } = await resizeImage(hugePng(10_000, 5_000), { ...box, width: 20, height: 10 });
  assert.equal(original.width * original.height, 50_000_000);
});

test('what is not a picture is refused, and never reaches a decoder', async () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
  const others = [
    Buffer.from(svg),
    Buffer.from(`<?xml version="1.0"?>${svg}`),
    Buffer.from('%PDF-1.7\n'),
    Buffer.from('hello'),
    Buffer.alloc(5_000, 0xa7),
  ];
  for (const bytes of others) {
    const error = await codeOf(bytes);
    assert.equal(error.code, 'not-a-picture');
    assert.equal(error.message, 'The file is not a picture: it must be JPEG, PNG, WebP, AVIF, GIF or TIFF.');
  }
});

test('an empty file says so', async () => {
  const error = await codeOf(Buffer.alloc(0));
  assert.equal(error.code, 'not-a-picture');
  assert.match(error.message, /^The file is empty/);
});

for (const name of ['harbour', 'night-city', 'desert', 'forest', 'windmill']) {
  test(`a cut-off ${name} is refused as broken`, async () => {
    const whole = await sample(name);
    for (const part of [0.005, 0.15]) {
      const error = await codeOf(whole.subarray(0, Math.max(16, Math.floor(whole.length * part))));
      assert.equal(error.code, 'broken-picture', `${part} of it`);
      assert.match(error.message, /^The picture is damaged or cut off: .+\.$/);
    }
  });
}

test('a result that no message could carry is refused, with its size', async () => {
  const edge = 2_200;
  const noise = await sharp({
    create: {
      width: edge,
      height: edge,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 60 },
    },
  })
    .jpeg()
    .toBuffer();
  const error = await codeOf(noise, { width: edge, height: edge, format: 'png' });
  assert.equal(error.code, 'result-too-large');
  assert.match(error.message, /^At 2200 x 2200 pixels as png the result has \d+\.\d MiB, at most 8 MiB are kept/);
});
