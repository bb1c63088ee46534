// The jobs that wait, first in, first out. A job is two numbers: when it came here, and when it came to the first role.

export class JobQueue {
  #arrived = new Float64Array(1024);
  #began = new Float64Array(1024);
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Of the job at the head: when it came to this queue, and to the first one. */
  get arrived(): number {
    return this.#arrived[this.#head]!;
  }
  get began(): number {
    return this.#began[this.#head]!;
  }

  add(arrived: number, began: number): void {
    if (this.#length === this.#arrived.length) this.#grow();
    const at = (this.#head + this.#length) & (this.#arrived.length - 1);
    this.#arrived[at] = arrived;
    this.#began[at] = began;
    this.#length += 1;
  }

  /** Back to the head, as the broker does with what was not acknowledged. */
  putBack(arrived: number, began: number): void {
    if (this.#length === this.#arrived.length) this.#grow();
    this.#head = (this.#head - 1) & (this.#arrived.length - 1);
    this.#arrived[this.#head] = arrived;
    this.#began[this.#head] = began;
    this.#length += 1;
  }

  /** Takes the head away. The queue must not be empty. */
  drop(): void {
    this.#head = (this.#head + 1) & (this.#arrived.length - 1);
    this.#length -= 1;
  }

  /** How many have been here longer than so many seconds, at the time `now`; by their coming here, or to the first role. */
  late(now: number, seconds: number, since: 'arrived' | 'began'): number {
    const times = since === 'arrived' ? this.#arrived : this.#began;
    let count = 0;
    for (let n = 0; n < this.#length; n += 1) {
      if (now - times[(this.#head + n) & (times.length - 1)]! > seconds) count += 1;
    }
    return count;
  }

  #grow(): void {
    this.#arrived = this.#unrolled(this.#arrived);
    this.#began = this.#unrolled(this.#began);
    this.#head = 0;
  }

  #unrolled(times: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
    const larger = new Float64Array(times.length * 2);
    larger.set(times.subarray(this.#head));
    larger.set(times.subarray(0, this.#head), times.length - this.#head);
    return larger;
  }
}
