// `--plot`: the drawing of a run as a file, SVG or PNG as its name says.
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { CannotRun } from '../command.ts';
import { printable } from '../printable.ts';
import type { PolicyRun } from './run.ts';
import { drawRuns } from './run-drawing.ts';

const FORMATS = ['.svg', '.png'];

/** @throws {CannotRun} where the name says neither; to be called before the work is done */
export function checkPlotName(file: string): void {
  if (FORMATS.includes(extname(file).toLowerCase())) return;
  throw new CannotRun(`--plot must name a file that ends in .svg or .png, got ${JSON.stringify(printable(file))}`);
}

async function png(svg: string): Promise<Buffer> {
  // Loaded where it is needed: it takes longer to load than all else here.
  const { default: sharp } = await import('sharp');
  return sharp(Buffer.from(svg)).png().toBuffer();
}

/** @throws {CannotRun} where it cannot be written */
export async function writePlot(file: string, runs: readonly PolicyRun[]): Promise<void> {
  const svg = drawRuns(runs);
  const content = extname(file).toLowerCase() === '.png' ? await png(svg) : `${svg}\n`;
  await writeFile(file, content).catch((error: Error) => {
    throw new CannotRun(`${printable(file)} cannot be written: ${error.message}`);
  });
}
