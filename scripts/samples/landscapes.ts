// The sample pictures that show a place. Each function gives an SVG of the size that is asked for.
import {
  between,
  circle,
  ellipse,
  fir,
  gradient,
  hill,
  n,
  path,
  pick,
  polygon,
  type Random,
  rect,
  repeat,
  ridgeLine,
  seeded,
  svg,
} from './draw.ts';

interface Size {
  width: number;
  height: number;
}

/** A row of gabled houses, as tall as they come, whose feet stand on y. */
function gables(random: Random, from: number, to: number, y: number): string {
  const paints = ['#c8553d', '#e0a458', '#f1dca7', '#8aa29e', '#3d5a80', '#9c3848', '#dfe0d4', '#d98e73'];
  let drawn = '';
  for (let x = from; x < to; ) {
    const width = between(random, 62, 92);
    const height = between(random, 120, 190);
    const top = y - height;
    const windows = repeat(12, (index) => {
      const [column, row] = [index % 3, Math.floor(index / 3)];
      if (row * 34 + 44 > height) return '';
      const fill = random() < 0.45 ? '#ffe9a8' : '#2b3a4a';
      return rect(x + width * (0.16 + column * 0.26), top + 18 + row * 34, width * 0.15, 20, fill);
    });
    const roof: [number, number][] = [
      [x - 2, top],
      [x + width / 2, top - width * 0.5],
      [x + width + 2, top],
    ];
    drawn += rect(x, top, width, height, pick(random, paints)) + polygon(roof, '#5b3a36') + windows;
    x += width;
  }
  return drawn;
}

function sailingBoat(x: number, y: number, size: number, hull: string, sail: string): string {
  const d = (text: string): string => text.replace(/-?\d+(\.\d+)?/g, (part) => n(Number(part) * size));
  const shape =
    path(d('M -60 0 L 60 0 L 44 24 L -44 24 Z'), hull) +
    path(d('M -2 -150 L 2 -150 L 2 0 L -2 0 Z'), '#3a2e2a') +
    path(d('M 6 -144 L 6 -14 L 62 -14 Z'), sail) +
    path(d('M -6 -128 L -6 -14 L -46 -14 Z'), sail, 'opacity="0.85"');
  const mirrored = `<g transform="translate(${n(x)} ${n(y + 48 * size)}) scale(1 -0.6)" opacity="0.22">${shape}</g>`;
  return `${mirrored}<g transform="translate(${n(x)} ${n(y)})">${shape}</g>`;
}

/** An old harbour at sunset: gabled houses, boats, the sun in the water. */
export function harbour(size: Size): Buffer {
  const random = seeded(1);
  const glitter = repeat(110, () => {
    const depth = random();
    const spread = 40 + depth * 130;
    const length = between(random, 10, 40 + depth * 60);
    return rect(
      830 - length / 2 + between(random, -spread, spread),
      575 + depth * 310,
      length,
      2 + depth * 3,
      '#ffd9a0',
      'opacity="0.5"',
    );
  });
  const ripples = repeat(150, () => {
    const depth = random();
    return rect(
      random() * 1200 - 40,
      572 + depth * 325,
      between(random, 20, 120),
      1.5 + depth * 2,
      '#0d3b4f',
      'opacity="0.18"',
    );
  });
  return svg(
    size,
    1200,
    gradient('sky', ['#31517e', '#7d86b2', '#e8a598', '#ffcf8b', '#ffe3a9']) +
      gradient('sea', ['#e59f7b', '#6d8aa0', '#2a5a74', '#143f56']) +
      gradient('glow', ['#fff4cf/0.95', '#ffd27a/0.45', '#ffb057/0'], 'radial') +
      rect(0, 0, 1200, 570, 'url(#sky)') +
      circle(830, 470, 260, 'url(#glow)') +
      circle(830, 470, 58, '#fff1c4') +
      hill(ridgeLine(random, 60, 0.5), { width: 1200, foot: 570, rise: 130, bottom: 572 }, '#8a7a98') +
      rect(0, 568, 1200, 340, 'url(#sea)') +
      ripples +
      glitter +
      gables(random, -10, 560, 572) +
      rect(0, 570, 590, 22, '#4b4146') +
      repeat(12, (index) => rect(18 + index * 48, 590, 9, 34, '#3a3236')) +
      sailingBoat(700, 640, 0.75, '#7b2d26', '#f6ead2') +
      sailingBoat(985, 610, 0.5, '#24445c', '#f3d9b1') +
      sailingBoat(420, 770, 1.35, '#1f4e5f', '#fbf3e0') +
      path(
        'M 150 180 q 14 -16 28 0 q 14 -16 28 0 M 240 130 q 10 -12 20 0 q 10 -12 20 0',
        'none',
        'stroke="#26354d" stroke-width="4"',
      ),
  );
}

/** Blue ridges one behind the other, snow on the highest, a lake that mirrors them. */
export function mountains(size: Size): Buffer {
  const random = seeded(7);
  const peaks = ridgeLine(random, 120, 0.6, 3);
  const at = { width: 1200, foot: 470, rise: 330, bottom: 600 };
  const bare = peaks.map((height) => Math.min(height, 0.58 + 0.12 * random()));
  const view =
    hill(peaks, at, '#f4f7fb') +
    hill(bare, at, '#5f7fa6') +
    ['#4a6c94', '#35587d', '#234463']
      .map((fill, index) =>
        hill(
          ridgeLine(random, 120, 0.52, 2),
          { width: 1200, foot: 540 + index * 26, rise: 190 - index * 55, bottom: 640 },
          fill,
        ),
      )
      .join('') +
    repeat(95, (index) => fir(index * 13 + between(random, -5, 5), 630, between(random, 34, 84), '#152f3d'));
  return svg(
    size,
    1200,
    gradient('sky', ['#2f74c0', '#79b4e6', '#d8ecf7', '#fbe9d3']) +
      gradient('lake', ['#16384a/0.25', '#0f3145/0.85']) +
      rect(0, 0, 1200, 640, 'url(#sky)') +
      repeat(9, () => {
        const [x, y] = [random() * 1200, between(random, 40, 190)];
        return ellipse(x, y, between(random, 70, 170), between(random, 8, 20), '#ffffff', 'opacity="0.45"');
      }) +
      view +
      `<g transform="translate(0 1262) scale(1 -1)">${rect(0, 0, 1200, 632, 'url(#sky)')}${view}</g>` +
      rect(0, 630, 1200, 280, 'url(#lake)') +
      repeat(60, () =>
        rect(
          random() * 1200 - 50,
          between(random, 640, 895),
          between(random, 60, 240),
          1.6,
          '#e5f3fa',
          'opacity="0.16"',
        ),
      ),
  );
}

/** Dunes under a white sun. */
export function desert(size: Size): Buffer {
  const dune = (y: number, sway: number, light: string, shade: string): string =>
    path(
      `M 0 ${y} C 200 ${y - sway} 380 ${y + sway * 0.5} 560 ${y - sway * 0.4} S 960 ${y - sway} 1200 ${y} L 1200 700 L 0 700 Z`,
      light,
    ) +
    path(
      `M 560 ${y - sway * 0.4} S 960 ${y - sway} 1200 ${y} L 1200 700 L 700 700 C 640 620 660 ${y + 60} 560 ${y - sway * 0.4} Z`,
      shade,
    );
  const cactus =
    '<g fill="#4d6b3c" stroke="#3b5530" stroke-width="2"><rect x="196" y="372" width="30" height="190" rx="15"/>' +
    '<path d="M 196 480 h -22 a 16 16 0 0 1 -16 -16 v -38 a 11 11 0 0 1 22 0 v 26 h 16 Z M 226 460 h 22 a 16 16 0 0 0 16 -16 v -48 a 11 11 0 0 0 -22 0 v 36 h -16 Z"/></g>';
  return svg(
    size,
    1200,
    gradient('sky', ['#3f8fc9', '#9fd0e6', '#f7e6c1']) +
      gradient('sand', ['#f3cf8e', '#dca45c']) +
      gradient('shade', ['#c98a4b', '#a9683a']) +
      gradient('glow', ['#ffffff/0.9', '#fff2c9/0.4', '#fff2c9/0'], 'radial') +
      rect(0, 0, 1200, 700, 'url(#sky)') +
      circle(905, 150, 190, 'url(#glow)') +
      circle(905, 150, 52, '#fffbe8') +
      dune(360, 60, '#ecc98f', '#d5a467') +
      dune(430, 95, 'url(#sand)', '#c58d50') +
      dune(540, 110, 'url(#sand)', 'url(#shade)') +
      ellipse(240, 562, 90, 9, '#b97c45', 'opacity="0.6"') +
      cactus,
  );
}

/** Towers with lit windows under a full moon, and their lights on the river. */
export function nightCity(size: Size): Buffer {
  const random = seeded(23);
  const towers = (count: number, low: number, high: number, wall: string, lit: number): string =>
    repeat(count, (index) => {
      const width = between(random, 46, 96);
      const x = (1200 / count) * index + between(random, -20, 10);
      const top = 600 - between(random, low, high);
      const columns = Math.floor((width - 10) / 13);
      const rows = Math.floor((590 - top) / 17);
      const windows = repeat(columns * rows, (at) => {
        const fill = pick(random, ['#ffd98a', '#ffe9bd', '#ffc15e', '#bfe3ff']);
        if (random() > lit) return '';
        return rect(x + 7 + (at % columns) * 13, top + 9 + Math.floor(at / columns) * 17, 7, 9, fill, 'opacity="0.9"');
      });
      const mast =
        random() < 0.3
          ? rect(x + width / 2 - 1.5, top - 46, 3, 46, wall) + circle(x + width / 2, top - 48, 4, '#ff5a5a')
          : '';
      return mast + rect(x, top, width, 600 - top, wall) + windows;
    });
  const stars = repeat(170, () =>
    circle(
      random() * 1200,
      random() * 380,
      between(random, 0.6, 1.9),
      '#ffffff',
      `opacity="${n(between(random, 0.3, 1))}"`,
    ),
  );
  const lights = repeat(210, () => {
    const fill = pick(random, ['#ffd98a', '#ffc15e', '#7fb7ff', '#ff7d7d']);
    return rect(
      random() * 1200,
      between(random, 606, 740),
      between(random, 10, 46),
      2.4,
      fill,
      `opacity="${n(between(random, 0.1, 0.5))}"`,
    );
  });
  return svg(
    size,
    1200,
    gradient('sky', ['#070b24', '#131b45', '#3a2f63', '#6b3f68']) +
      gradient('river', ['#1d1c42', '#070a1c']) +
      gradient('halo', ['#fdf6d8/0.5', '#fdf6d8/0'], 'radial') +
      rect(0, 0, 1200, 600, 'url(#sky)') +
      stars +
      circle(250, 140, 150, 'url(#halo)') +
      circle(250, 140, 50, '#fbf3d4') +
      circle(234, 126, 9, '#e4d9b2') +
      circle(268, 152, 12, '#e4d9b2') +
      towers(20, 150, 300, '#252a57', 0.28) +
      towers(14, 90, 380, '#12152f', 0.5) +
      rect(0, 598, 1200, 152, 'url(#river)') +
      lights,
  );
}

/** Firs in the mist, lighter the farther they stand, with rays of the morning sun between them. */
export function forest(size: Size): Buffer {
  const random = seeded(31);
  const layers = ['#a9c9a4', '#7fae82', '#4f8a5f', '#2c6344', '#14402c'];
  const rays = repeat(6, (index) =>
    polygon(
      [
        [300 + index * 34, -20],
        [330 + index * 34, -20],
        [index * 260 - 60, 900],
        [index * 260 - 190, 900],
      ],
      '#fff7c9',
      'opacity="0.16"',
    ),
  );
  return svg(
    size,
    1200,
    gradient('sky', ['#fdf3c4', '#dcebc0', '#b3d4ad']) +
      gradient('mist', ['#e9f3d6/0', '#e9f3d6/0.55']) +
      rect(0, 0, 1200, 900, 'url(#sky)') +
      circle(330, 70, 60, '#fffbe0') +
      layers
        .map((fill, index) => {
          const count = 34 - index * 5;
          const foot = 560 + index * 95;
          const trees = repeat(count, (at) =>
            fir(
              (1240 / count) * at + between(random, -14, 14),
              foot + between(random, -8, 8),
              between(random, 190, 320) + index * 46,
              fill,
            ),
          );
          return (
            trees +
            rect(0, foot - 12, 1200, 400, fill) +
            (index < 4 ? rect(0, foot - 150, 1200, 170, 'url(#mist)') : '')
          );
        })
        .join('') +
      rays,
  );
}

/** A wide valley in winter, with cabins and falling snow. */
export function snow(size: Size): Buffer {
  const random = seeded(47);
  const cabin = (x: number, y: number): string =>
    rect(x, y - 46, 96, 46, '#7a4b34') +
    polygon(
      [
        [x - 14, y - 44],
        [x + 48, y - 92],
        [x + 110, y - 44],
      ],
      '#fdfeff',
    ) +
    rect(x + 16, y - 34, 18, 16, '#ffd977') +
    rect(x + 62, y - 34, 18, 34, '#4a2c1f');
  return svg(
    size,
    2400,
    gradient('sky', ['#a9c6e3', '#d5e3f0', '#f3e8ea']) +
      rect(0, 0, 2400, 450, 'url(#sky)') +
      hill(ridgeLine(random, 200, 0.6, 7), { width: 2400, foot: 300, rise: 220, bottom: 450 }, '#c2d3e6') +
      hill(ridgeLine(random, 200, 0.55, 6), { width: 2400, foot: 320, rise: 150, bottom: 450 }, '#dbe6f1') +
      repeat(120, (index) =>
        fir(index * 20 + between(random, -8, 8), between(random, 318, 336), between(random, 26, 58), '#5d7f8c'),
      ) +
      hill(ridgeLine(random, 60, 0.42), { width: 2400, foot: 370, rise: 60, bottom: 450 }, '#f6fafd') +
      repeat(26, () => fir(random() * 2400, between(random, 376, 440), between(random, 60, 120), '#2f5563')) +
      cabin(420, 396) +
      cabin(1330, 410) +
      cabin(1960, 390) +
      repeat(420, () => circle(random() * 2400, random() * 450, between(random, 1, 2.8), '#ffffff', 'opacity="0.85"')),
  );
}

/** A bare tree and a fence in the fog, in greys. */
export function fog(size: Size): Buffer {
  const random = seeded(53);
  const branch = (x: number, y: number, angle: number, length: number, width: number): string => {
    if (length < 11) return '';
    const [endX, endY] = [x + Math.cos(angle) * length, y - Math.sin(angle) * length];
    const line = `<path d="M ${n(x)} ${n(y)} L ${n(endX)} ${n(endY)}" stroke="#2e2e2e" stroke-width="${n(width)}" stroke-linecap="round"/>`;
    const grow = (turn: number): string =>
      branch(endX, endY, angle + turn, length * between(random, 0.68, 0.82), width * 0.68);
    return line + grow(between(random, 0.18, 0.55)) + grow(-between(random, 0.18, 0.55));
  };
  return svg(
    size,
    1200,
    gradient('sky', ['#9a9a9a', '#d2d2d2', '#efefef', '#dadada']) +
      gradient('veil', ['#f2f2f2/0', '#f2f2f2/0.75', '#f2f2f2/0']) +
      rect(0, 0, 1200, 800, 'url(#sky)') +
      hill(ridgeLine(random, 60, 0.4), { width: 1200, foot: 500, rise: 90, bottom: 800 }, '#c4c4c4') +
      hill(ridgeLine(random, 60, 0.4), { width: 1200, foot: 570, rise: 60, bottom: 800 }, '#a8a8a8') +
      rect(0, 380, 1200, 300, 'url(#veil)') +
      path('M 0 660 C 300 620 520 640 760 690 S 1100 720 1200 700 L 1200 800 L 0 800 Z', '#5a5a5a') +
      branch(360, 660, Math.PI / 2, 130, 22) +
      repeat(7, (index) => rect(760 + index * 64, 640 - index * 9, 10 - index, 90 - index * 8, '#3c3c3c')) +
      polygon(
        [
          [740, 664],
          [1200, 584],
          [1200, 596],
          [740, 684],
        ],
        '#484848',
      ),
  );
}
