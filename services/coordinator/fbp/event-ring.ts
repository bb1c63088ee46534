// The last events that fit into so many bytes: an older one goes for each that comes.
import { Rolling } from '../../shared/messaging/rolling.ts';

export interface EventRing {
  /** An event as JSON text. One that is larger than the ring is left out. */
  add(text: string): void;
  clear(): void;
  /** The oldest first. */
  all(): string[];
}

/** @param mostBytes of the texts together, a character counted as one byte where V8 keeps it in one */
export function createEventRing(mostBytes: number): EventRing {
  let texts = new Rolling<string>();
  let bytes = 0;
  return {
    add(text) {
      if (text.length > mostBytes) return;
      texts.add(text);
      bytes += text.length;
      while (bytes > mostBytes) bytes -= texts.takeFirst()!.length;
    },
    clear() {
      texts = new Rolling();
      bytes = 0;
    },
    all: () => [...texts.entries()].map(([, text]) => text),
  };
}
