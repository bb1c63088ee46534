import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../config.ts';
import { createSamples, samplesDir } from './samples.ts';
import sharp from './sharp.ts';

const samples = createSamples(samplesDir.fallback!);

test('there are a dozen pictures of many kinds, together under 3 MB', async () => {
  const list = await samples.list();
  assert.equal(list.length, 12);
  assert.deepEqual(
    list.map(({ name }) => name),
    samples.names,
  );
  assert.ok(list.reduce((sum, { bytes }) => sum + bytes, 0) < 3_000_000);
  assert.ok(
    list.some(({ width, height }) => width * height === 12_000_000),
    'one of 12 megapixels',
  );
  assert.ok(
    list.some(({ width, height }) => height > width),
    'one higher than wide',
  );
  assert.ok(
    list.some(({ width, height }) => width > 5 * height),
    'a panorama',
  );
  assert.deepEqual([...new Set(list.map(({ format }) => format))].sort(), ['avif', 'gif', 'jpeg', 'png', 'webp']);
});

test('each sample is what it is there to show', async () => {
  const metadata = async (name: string) => sharp(await samples.read(name)).metadata();
  assert.equal((await metadata('balloons')).orientation, 6);
  assert.equal((await metadata('logo')).hasAlpha, true);
  assert.equal((await metadata('fog')).channels, 1);
  assert.equal((await metadata('windmill')).pages, 4);
});

test('the size of a sample is the one that a person sees', async () => {
  const list = await samples.list();
  assert.deepEqual(
    list.find(({ name }) => name === 'balloons'),
    {
      name: 'balloons',
      file: 'balloons.jpg',
      width: 1200,
      height: 1600,
      format: 'jpeg',
      bytes: (await samples.read('balloons'))?.length,
    },
  );
});

test('what is no picture is no sample, and a folder of one’s own can take their place', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'samples-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'mine.png'), (await samples.read('tiny'))!);
  await writeFile(join(folder, 'README.md'), 'about them');
  const { samplesDir: given } = readConfig({ samplesDir }, { SAMPLES_DIR: folder });
  const own = createSamples(given);
  assert.deepEqual(own.names, ['mine']);
  assert.equal(await own.read('README'), undefined);
});

test('a folder of samples that is not there stops the start', () => {
  assert.throws(() => readConfig({ samplesDir }, { SAMPLES_DIR: '/nowhere' }), {
    message: 'SAMPLES_DIR must be a folder of pictures that is there, got "/nowhere"',
  });
});
