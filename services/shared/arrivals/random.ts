// Random numbers that come again: the same seed and stream give the same numbers on every machine.

export interface Random {
  /** Above 0 and below 1. */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** Exponential with mean 1. */
  exponential(): number;
}

/** What each random thing is drawn for: with a stream of its own, one policy's boots do not change another's arrivals. */
export type Stream = 'arrivals' | 'service' | 'boot' | 'crash' | 'observation' | 'load' | 'jobs';
const STREAMS: readonly Stream[] = ['arrivals', 'service', 'boot', 'crash', 'observation', 'load', 'jobs'];

/**
 * @param part another number for each role, so that roles in a row do not draw the same
 */
export function createRandom(seed: number, stream: Stream, part = 0): Random {
  const uniform = sfc32(seed, STREAMS.indexOf(stream) + 1, part);
  let spare = Number.NaN;
  return {
    uniform,
    exponential: () => -Math.log(uniform()),
    normal() {
      if (!Number.isNaN(spare)) {
        const value = spare;
        spare = Number.NaN;
        return value;
      }
      const radius = Math.sqrt(-2 * Math.log(uniform()));
      const angle = 2 * Math.PI * uniform();
      spare = radius * Math.sin(angle);
      return radius * Math.cos(angle);
    },
  };
}

/** Chris Doty-Humphrey's sfc32 (PractRand): 128 bits of state, quick in 32-bit integers. */
function sfc32(seed: number, stream: number, part: number): () => number {
  let a = seed | 0;
  let b = Math.imul(stream, 0x9e3779b9);
  let c = Math.imul(part, 0x85ebca6b) ^ Math.floor(seed / 2 ** 32);
  let counter = 1;
  const next = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    c |= 0;
    return sum >>> 0;
  };
  for (let round = 0; round < 16; round += 1) next(); // neighbouring seeds part ways
  return () => (next() + 0.5) / 2 ** 32;
}
