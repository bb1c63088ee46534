// The brushes of the sample pictures: a seeded random, gradients and outlines, as SVG text. No fonts: they differ by machine.

export type Random = () => number;

/** A repeatable random source (mulberry32): the same seed draws the same picture on every machine. */
export function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const between = (random: Random, low: number, high: number): number => low + random() * (high - low);

export const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

/** Numbers go into the SVG with one decimal: enough for the eye, and the same text everywhere. */
export const n = (value: number): string => String(Math.round(value * 10) / 10);

export const repeat = (count: number, draw: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => draw(index)).join('');

/** A picture of width x height pixels, drawn in the coordinates of a smaller sheet (`sheet`: its width; same proportions). */
export function svg(size: { width: number; height: number }, sheet: number, body: string): Buffer {
  const { width, height } = size;
  const viewBox = `0 0 ${sheet} ${n((sheet * height) / width)}`;
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="${viewBox}">${body}</svg>`,
  );
}

/** Colours from top to bottom at even distances, as a gradient to use by `fill="url(#id)"`. */
export function gradient(id: string, colours: readonly string[], kind: 'linear' | 'radial' = 'linear'): string {
  const stops = colours
    .map((colour, index) => `<stop offset="${n((100 * index) / (colours.length - 1))}%" ${stopColour(colour)}/>`)
    .join('');
  const direction = kind === 'linear' ? ' x1="0" y1="0" x2="0" y2="1"' : '';
  return `<defs><${kind}Gradient id="${id}"${direction}>${stops}</${kind}Gradient></defs>`;
}

/** `#rrggbb`, or `#rrggbb/0.5` for half transparent. */
function stopColour(colour: string): string {
  const [solid, opacity = '1'] = colour.split('/');
  return `stop-color="${solid}" stop-opacity="${opacity}"`;
}

export const rect = (x: number, y: number, width: number, height: number, fill: string, more = ''): string =>
  `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" fill="${fill}" ${more}/>`;

export const circle = (x: number, y: number, r: number, fill: string, more = ''): string =>
  `<circle cx="${n(x)}" cy="${n(y)}" r="${n(r)}" fill="${fill}" ${more}/>`;

export const ellipse = (x: number, y: number, rx: number, ry: number, fill: string, more = ''): string =>
  `<ellipse cx="${n(x)}" cy="${n(y)}" rx="${n(rx)}" ry="${n(ry)}" fill="${fill}" ${more}/>`;

export const path = (d: string, fill: string, more = ''): string => `<path d="${d}" fill="${fill}" ${more}/>`;

export const polygon = (points: readonly (readonly [number, number])[], fill: string, more = ''): string =>
  `<polygon points="${points.map(([x, y]) => `${n(x)},${n(y)}`).join(' ')}" fill="${fill}" ${more}/>`;

/** The height of a mountain line at even distances, rough by midpoint displacement; 0 is the foot, 1 the highest peak. */
export function ridgeLine(random: Random, steps: number, roughness: number, peaks = 1): number[] {
  let line = Array.from({ length: 2 * peaks + 1 }, (_, index) => random() * 0.5 + (index % 2) * 0.5);
  for (let spread = 0.5 * roughness; line.length < steps; spread *= roughness) {
    line = line.flatMap((height, index) => {
      const next = line[index + 1];
      return next === undefined ? [height] : [height, (height + next) / 2 + (random() - 0.5) * spread];
    });
  }
  const low = Math.min(...line);
  const high = Math.max(...line);
  return line.map((height) => (height - low) / (high - low));
}

/** The area under a line of heights (0 to 1), from `foot` up to `foot - rise`, closed at `bottom`. */
export function hill(
  line: readonly number[],
  at: { width: number; foot: number; rise: number; bottom: number },
  fill: string,
): string {
  const points = line.map((height, index): [number, number] => [
    (at.width * index) / (line.length - 1),
    at.foot - at.rise * height,
  ]);
  return polygon([[0, at.bottom], ...points, [at.width, at.bottom]], fill);
}

/** A fir of three boughs that stands on (x, y). */
export function fir(x: number, y: number, height: number, fill: string): string {
  const bough = (top: number, bottom: number, half: number): string =>
    polygon(
      [
        [x, y - height * top],
        [x - height * half, y - height * bottom],
        [x + height * half, y - height * bottom],
      ],
      fill,
    );
  return (
    rect(x - height * 0.03, y - height * 0.14, height * 0.06, height * 0.14, fill) +
    bough(1, 0.6, 0.14) +
    bough(0.8, 0.35, 0.2) +
    bough(0.58, 0.1, 0.26)
  );
}
