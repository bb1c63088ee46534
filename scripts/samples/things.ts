// The sample pictures that show a thing or a person. Each function gives an SVG of the size that is asked for.
import { between, circle, ellipse, gradient, hill, n, path, rect, repeat, ridgeLine, seeded, svg } from './draw.ts';

interface Size {
  width: number;
  height: number;
}

/** A woman with red hair before a teal wall. */
export function portrait(size: Size): Buffer {
  const random = seeded(61);
  return svg(
    size,
    900,
    gradient('wall', ['#2f8f8b', '#1d5f66']) +
      gradient('halo', ['#8fd6c4/0.75', '#8fd6c4/0'], 'radial') +
      gradient('hair', ['#c4512d', '#7d2a1c']) +
      gradient('coat', ['#f2b84b', '#d98f2b']) +
      gradient('skin', ['#f7cfae', '#eab38e']) +
      rect(0, 0, 900, 1200, 'url(#wall)') +
      repeat(26, () => circle(random() * 900, random() * 1200, between(random, 14, 60), '#ffffff', 'opacity="0.05"')) +
      circle(450, 480, 430, 'url(#halo)') +
      path(
        'M 236 470 C 220 180 680 180 664 470 C 690 640 700 800 650 900 L 250 900 C 200 800 210 640 236 470 Z',
        'url(#hair)',
      ) +
      path('M 396 660 L 504 660 L 512 850 L 388 850 Z', '#dba27d') +
      path(
        'M 110 1200 C 120 930 260 850 390 822 C 420 880 480 880 510 822 C 640 850 780 930 790 1200 Z',
        'url(#coat)',
      ) +
      path('M 390 822 C 410 900 490 900 510 822 L 540 840 C 520 950 380 950 360 840 Z', '#fbe6b8') +
      ellipse(450, 510, 158, 205, 'url(#skin)') +
      path('M 288 500 C 270 330 380 260 470 300 C 400 330 330 380 310 520 Z', 'url(#hair)') +
      path('M 612 510 C 640 340 540 250 440 290 C 520 320 580 390 592 520 Z', 'url(#hair)') +
      ellipse(388, 505, 23, 13, '#ffffff') +
      ellipse(512, 505, 23, 13, '#ffffff') +
      circle(389, 505, 12, '#2d5b52') +
      circle(513, 505, 12, '#2d5b52') +
      circle(389, 505, 5, '#10201d') +
      circle(513, 505, 5, '#10201d') +
      path(
        'M 356 470 q 32 -18 62 -3 M 482 467 q 32 -15 62 3',
        'none',
        'stroke="#7d2a1c" stroke-width="8" stroke-linecap="round"',
      ) +
      path(
        'M 452 520 q 20 50 2 66 q -12 6 -24 -2',
        'none',
        'stroke="#cf9270" stroke-width="5" stroke-linecap="round"',
      ) +
      path('M 396 628 q 54 34 108 0 q -54 66 -108 0 Z', '#b94a48') +
      circle(352, 582, 28, '#f09a86', 'opacity="0.45"') +
      circle(548, 582, 28, '#f09a86', 'opacity="0.45"'),
  );
}

/** Hot-air balloons that rise over hills. */
export function balloons(size: Size): Buffer {
  const random = seeded(71);
  const balloon = (x: number, y: number, r: number, stripes: readonly string[]): string => {
    const envelope = `M ${n(-r)} 0 C ${n(-r)} ${n(-1.4 * r)} ${n(r)} ${n(-1.4 * r)} ${n(r)} 0 C ${n(r)} ${n(0.6 * r)} ${n(0.3 * r)} ${n(r)} ${n(0.22 * r)} ${n(1.25 * r)} L ${n(-0.22 * r)} ${n(1.25 * r)} C ${n(-0.3 * r)} ${n(r)} ${n(-r)} ${n(0.6 * r)} ${n(-r)} 0 Z`;
    const gores = stripes.map((fill, index) => {
      const wide = 1 - index / stripes.length;
      return `<g transform="scale(${wide.toFixed(3)} 1)">${path(envelope, fill)}</g>`;
    });
    const ropes = `<path d="M ${n(-0.2 * r)} ${n(1.25 * r)} L ${n(-0.13 * r)} ${n(1.6 * r)} M ${n(0.2 * r)} ${n(1.25 * r)} L ${n(0.13 * r)} ${n(1.6 * r)}" stroke="#5b4636" stroke-width="3"/>`;
    const basket = rect(-0.16 * r, 1.6 * r, 0.32 * r, 0.24 * r, '#8a5a34', 'rx="4"');
    return `<g transform="translate(${n(x)} ${n(y)})">${gores.join('')}${ropes}${basket}</g>`;
  };
  return svg(
    size,
    900,
    gradient('sky', ['#4a9fe0', '#a6d5f2', '#fde9cf']) +
      rect(0, 0, 900, 1200, 'url(#sky)') +
      repeat(14, () =>
        ellipse(
          random() * 900,
          between(random, 60, 800),
          between(random, 60, 150),
          between(random, 12, 26),
          '#ffffff',
          'opacity="0.5"',
        ),
      ) +
      hill(ridgeLine(random, 60, 0.45), { width: 900, foot: 1060, rise: 130, bottom: 1200 }, '#7fb069') +
      hill(ridgeLine(random, 60, 0.45), { width: 900, foot: 1130, rise: 90, bottom: 1200 }, '#4f8a4b') +
      balloon(640, 250, 84, ['#5e3b8c', '#f2c14e', '#5e3b8c', '#f2c14e']) +
      balloon(175, 560, 62, ['#2a9d8f', '#f4f1de', '#2a9d8f', '#f4f1de']) +
      balloon(420, 520, 195, ['#d62828', '#f9f3e3', '#d62828', '#f9f3e3', '#d62828']) +
      balloon(735, 760, 46, ['#f77f00', '#fcbf49', '#f77f00']),
  );
}

/** The mark of the lab on nothing: items that wait in a queue before a worker. */
export function logo(size: Size): Buffer {
  return svg(
    size,
    800,
    gradient('item', ['#ff9a62', '#f25f4c']) +
      gradient('worker', ['#3f7cac', '#1d3557']) +
      repeat(3, (index) =>
        rect(40 + index * 150, 330, 120, 140, 'url(#item)', `rx="28" opacity="${n(0.4 + index * 0.3)}"`),
      ) +
      path('M 500 362 L 566 400 L 500 438 Z', '#1d3557') +
      circle(680, 400, 100, 'url(#worker)') +
      circle(680, 400, 44, '#ffffff') +
      circle(680, 400, 20, '#f25f4c') +
      repeat(
        8,
        (index) =>
          `<rect x="664" y="278" width="32" height="36" rx="8" fill="#1d3557" transform="rotate(${index * 45} 680 400)"/>`,
      ) +
      path('M 60 250 C 240 130 480 130 650 240', 'none', 'stroke="#f2c14e" stroke-width="26" stroke-linecap="round"') +
      path('M 60 550 C 240 670 480 670 650 560', 'none', 'stroke="#2a9d8f" stroke-width="26" stroke-linecap="round"'),
  );
}

/** A sun over the sea, small enough for a favicon. */
export function tiny(size: Size): Buffer {
  return svg(
    size,
    64,
    rect(0, 0, 64, 30, '#ffd166') +
      circle(32, 29, 14, '#ef476f') +
      rect(0, 29, 64, 19, '#118ab2') +
      rect(20, 34, 24, 3, '#ef476f') +
      rect(25, 40, 14, 2, '#ef476f'),
  );
}

/** One turn of a windmill's sails is four frames of it: `turn` goes from 0 to 1 through a quarter. */
export function windmill(size: Size, turn: number): Buffer {
  const sails = repeat(4, (index) => {
    const angle = n(index * 90 + turn * 90 + 20);
    return `<g transform="rotate(${angle} 200 118)">${rect(197, 20, 6, 100, '#5a3d2b')}${rect(203, 22, 24, 78, '#fff8e7')}</g>`;
  });
  return svg(
    size,
    400,
    rect(0, 0, 400, 300, '#9ad0ec') +
      ellipse(80, 60, 46, 14, '#ffffff') +
      ellipse(320, 84, 56, 14, '#ffffff') +
      path('M 0 240 C 120 205 280 205 400 240 L 400 300 L 0 300 Z', '#6a994e') +
      path('M 165 118 L 235 118 L 252 246 L 148 246 Z', '#c75146') +
      path('M 160 120 C 165 80 235 80 240 120 Z', '#6d3b34') +
      rect(188, 206, 24, 40, '#6d3b34') +
      sails +
      circle(200, 118, 8, '#3b2a20') +
      repeat(9, (index) => circle(18 + index * 46, 266 + (index % 3) * 9, 5, index % 2 ? '#ffd166' : '#ef476f')),
  );
}
