import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSamples, samplesDir } from '../shared/imaging/samples.ts';
import { look } from './look.ts';
import { colourName } from './palette.ts';

const samples = createSamples(samplesDir.fallback!);
const sample = async (name: string): Promise<Buffer> => (await samples.read(name))!;

test('it looks at pictures as a person sees them: turned upright, without what is transparent, grey as grey', async () => {
  assert.equal((await look(await sample('balloons'))).orientation, 'portrait');
  assert.match((await look(await sample('logo'))).text, / on a transparent ground\.$/);
  for (const colour of (await look(await sample('fog'))).colours)
    assert.match(colour, /^(white|silver|grey|dark grey|black)$/);
});

test('plain colours have their names', () => {
  const seen: Record<string, string> = {
    '#000000': 'black',
    '#ffffff': 'white',
    '#5a5a5a': 'dark grey',
    '#ff0000': 'red',
    '#00a000': 'green',
    '#0060ff': 'blue',
    '#ffee00': 'yellow',
    '#ff8800': 'orange',
    '#ffb6c1': 'pink',
    '#101840': 'navy',
    '#704020': 'brown',
    '#20a0a0': 'teal',
    '#90d0f0': 'sky blue',
  };
  for (const [hex, name] of Object.entries(seen)) {
    const value = Number.parseInt(hex.slice(1), 16);
    assert.equal(colourName(value >> 16, (value >> 8) & 255, value & 255), name, hex);
  }
});
