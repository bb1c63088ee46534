// The colours that the captions know, by name, and which of them a colour looks most like.

/** Kept few and far apart, so that a name is right more often than it is precise. */
const PALETTE = {
  black: '#101014',
  'dark grey': '#484848',
  grey: '#848484',
  silver: '#c4c6c8',
  white: '#fafafa',
  red: '#d1282c',
  rust: '#8e3b23',
  orange: '#f28a1e',
  brown: '#6b4a30',
  ochre: '#c48a48',
  sand: '#e2c08a',
  cream: '#f6ecd0',
  yellow: '#f7d33c',
  olive: '#7c7f3a',
  green: '#3f8f46',
  'dark green': '#1c4a33',
  mint: '#a9d3ad',
  teal: '#2b8a87',
  'sea blue': '#1487b0',
  'sky blue': '#8fc8ec',
  blue: '#2f74c8',
  slate: '#4f6e90',
  navy: '#18264f',
  violet: '#6c4aa0',
  lilac: '#9a8fb8',
  pink: '#ee9fa4',
} as const;

export type ColourName = keyof typeof PALETTE;

type Lab = readonly [lightness: number, a: number, b: number];

/** The light of each value of a channel. */
const LINEAR = Float64Array.from({ length: 256 }, (_, channel) => {
  const part = channel / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
});

/** OKLab: distances in it are about as large as they look. */
function oklab(red: number, green: number, blue: number): Lab {
  const [r, g, b] = [LINEAR[red]!, LINEAR[green]!, LINEAR[blue]!];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

const named = Object.entries(PALETTE).map(([name, hex]) => {
  const value = Number.parseInt(hex.slice(1), 16);
  return { name: name as ColourName, lab: oklab(value >> 16, (value >> 8) & 255, value & 255) };
});

/** Channels are whole numbers from 0 to 255. Hue counts more than lightness: a dark red is red before it is black. */
export function colourName(red: number, green: number, blue: number): ColourName {
  const [lightness, a, b] = oklab(red, green, blue);
  let nearest = named[0]!;
  let least = Infinity;
  for (const colour of named) {
    const distance = (colour.lab[0] - lightness) ** 2 + 5 * ((colour.lab[1] - a) ** 2 + (colour.lab[2] - b) ** 2);
    if (distance < least) [nearest, least] = [colour, distance];
  }
  return nearest.name;
}
