// A line on standard error that tells how far something has come, on a terminal only.
const EVERY_MS = 100;

export interface Progress {
  /** Shows the text in place of the one before, not more often than can be read. */
  show(text: string): void;
  /** Takes the line away. */
  clear(): void;
}

export function createProgress(): Progress {
  let shownAt = 0;
  return {
    show(text) {
      const now = performance.now();
      if (!process.stderr.isTTY || now - shownAt < EVERY_MS) return;
      shownAt = now;
      process.stderr.write(`\r\u001b[K${text}`);
    },
    clear() {
      if (shownAt > 0) process.stderr.write('\r\u001b[K');
    },
  };
}
