// What happens next: a binary heap in typed arrays, as millions of events pass through it and none of them may cost an object.

export class EventHeap {
  #times = new Float64Array(256);
  #codes = new Int32Array(256);
  #length = 0;

  /** When the next event is; Infinity where none is. */
  get nextTime(): number {
    return this.#length === 0 ? Number.POSITIVE_INFINITY : this.#times[0]!;
  }

  add(time: number, code: number): void {
    if (this.#length === this.#times.length) this.#grow();
    const times = this.#times;
    const codes = this.#codes;
    let hole = this.#length;
    this.#length += 1;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (times[parent]! <= time) break;
      times[hole] = times[parent]!;
      codes[hole] = codes[parent]!;
      hole = parent;
    }
    times[hole] = time;
    codes[hole] = code;
  }

  /** Takes the next event away and gives its code. The heap must not be empty. */
  take(): number {
    const times = this.#times;
    const codes = this.#codes;
    const code = codes[0]!;
    this.#length -= 1;
    const length = this.#length;
    const time = times[length]!;
    const last = codes[length]!;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= length) break;
      if (child + 1 < length && times[child + 1]! < times[child]!) child += 1;
      if (times[child]! >= time) break;
      times[hole] = times[child]!;
      codes[hole] = codes[child]!;
      hole = child;
    }
    times[hole] = time;
    codes[hole] = last;
    return code;
  }

  #grow(): void {
    const times = new Float64Array(this.#times.length * 2);
    const codes = new Int32Array(this.#codes.length * 2);
    times.set(this.#times);
    codes.set(this.#codes);
    this.#times = times;
    this.#codes = codes;
  }
}
