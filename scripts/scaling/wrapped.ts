// Sentences in columns: broken at spaces, and what goes on in the next line stands below where it began.
import { stripVTControlCharacters } from 'node:util';

/** A text behind a title, within a width; a single word that is longer than that is left whole. `hanging`: further in, from the second line. */
export function wrapped(title: string, text: string, width: number, { hanging = 0 } = {}): string {
  const indent = ' '.repeat(stripVTControlCharacters(title).length + hanging);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || indent.length + longer.length <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line].map((one, i) => (i === 0 ? title : indent) + one).join('\n');
}
