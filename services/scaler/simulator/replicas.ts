// The replicas of one role and the slots in them: who boots, who works on what, who drains.
//
//   booting --> ready --> draining (finishes what is in hand, takes no more) --> gone
//      |          |
//      |          +--> crashed: what was in hand goes back, and the platform starts it again --> booting
//      +--> gone: not wanted any more
//
// A replica is a number, a slot is replica * concurrency + n. The number of a replica that is gone is used again only when no event that
// was planned for it is left, so that nothing that happens can be meant for its predecessor.

const FREE = 0;
const BOOTING = 1;
const READY = 2;
const DRAINING = 3;
const GONE = 4;

export class Replicas {
  readonly concurrency: number;
  /** Numbers of those that consume, in no order. */
  readonly ready: number[] = [];
  /** Of those that boot, the one that was asked for first at the front. */
  readonly booting: number[] = [];
  draining = 0;
  /** Jobs in the hands of those that consume, and of those that drain. */
  inHand = 0;
  inHandDraining = 0;
  /** By slot: when its job came here and to the first role. */
  arrived: Float64Array<ArrayBuffer>;
  began: Float64Array<ArrayBuffer>;
  #state: Uint8Array<ArrayBuffer>;
  #busy: Int32Array<ArrayBuffer>;
  /** Events that are still to come for a replica. */
  #pending: Int32Array<ArrayBuffer>;
  #requestedAt: Float64Array<ArrayBuffer>;
  /** For each replica the first of its free slots, for each slot the next one; -1 ends. */
  #firstFree: Int32Array<ArrayBuffer>;
  #nextFree: Int32Array<ArrayBuffer>;
  #unused: number[] = [];
  #size = 0;
  #turn = 0;

  constructor(concurrency: number) {
    this.concurrency = concurrency;
    const room = 8;
    this.arrived = new Float64Array(room * concurrency);
    this.began = new Float64Array(room * concurrency);
    this.#state = new Uint8Array(room);
    this.#busy = new Int32Array(room);
    this.#pending = new Int32Array(room);
    this.#requestedAt = new Float64Array(room);
    this.#firstFree = new Int32Array(room);
    this.#nextFree = new Int32Array(room * concurrency);
  }

  get freeSlots(): number {
    return this.ready.length * this.concurrency - this.inHand;
  }

  requestedAt(replica: number): number {
    return this.#requestedAt[replica]!;
  }

  /** A new one, booting. Its boot is the caller's event. */
  request(now: number): number {
    const replica = this.#unused.pop() ?? this.#another();
    this.#state[replica] = BOOTING;
    this.#busy[replica] = 0;
    this.#requestedAt[replica] = now;
    this.#pending[replica] = 1;
    this.booting.push(replica);
    return replica;
  }

  /** Its boot is over. @returns whether it was still wanted, and consumes now */
  boot(replica: number): boolean {
    this.#happened(replica);
    if (this.#state[replica] !== BOOTING) return false;
    this.booting.splice(this.booting.indexOf(replica), 1);
    this.#state[replica] = READY;
    this.ready.push(replica);
    const { concurrency } = this;
    for (let n = 0; n < concurrency; n += 1) {
      const slot = replica * concurrency + n;
      this.#nextFree[slot] = n + 1 < concurrency ? slot + 1 : -1;
    }
    this.#firstFree[replica] = replica * concurrency;
    return true;
  }

  /** An event of the caller's for this replica, beside its boot and its jobs. */
  expect(replica: number): void {
    this.#pending[replica]! += 1;
  }

  /** Gives a job to a free slot, the replicas taking turns as consumers do. There must be one. @returns the slot */
  take(arrived: number, began: number): number {
    const { ready, concurrency } = this;
    let turn = this.#turn;
    for (;;) {
      turn = turn + 1 < ready.length ? turn + 1 : 0;
      if (this.#busy[ready[turn]!]! < concurrency) break;
    }
    this.#turn = turn;
    const replica = ready[turn]!;
    const slot = this.#firstFree[replica]!;
    this.#firstFree[replica] = this.#nextFree[slot]!;
    this.#busy[replica]! += 1;
    this.#pending[replica]! += 1;
    this.inHand += 1;
    this.arrived[slot] = arrived;
    this.began[slot] = began;
    return slot;
  }

  /** The job of a slot is done. @returns false where its replica had crashed before, and it was not */
  finish(slot: number): boolean {
    const replica = Math.floor(slot / this.concurrency);
    this.#happened(replica);
    const state = this.#state[replica];
    if (state !== READY && state !== DRAINING) return false;
    this.#busy[replica]! -= 1;
    this.#nextFree[slot] = this.#firstFree[replica]!;
    this.#firstFree[replica] = slot;
    if (state === READY) {
      this.inHand -= 1;
      return true;
    }
    this.inHandDraining -= 1;
    if (this.#busy[replica] === 0) {
      this.draining -= 1;
      this.#end(replica);
    }
    return true;
  }

  /** Takes one away as the platform does: the newest that boots, or else the one with the least in hand. There must be one. */
  release(): void {
    const booting = this.booting.pop();
    if (booting !== undefined) {
      this.#end(booting);
      return;
    }
    let least = 0;
    for (let n = 1; n < this.ready.length; n += 1) {
      if (this.#busy[this.ready[n]!]! < this.#busy[this.ready[least]!]!) least = n;
    }
    const replica = this.#unready(least);
    const busy = this.#busy[replica]!;
    if (busy === 0) {
      this.#end(replica);
      return;
    }
    this.#state[replica] = DRAINING;
    this.draining += 1;
    this.inHandDraining += busy;
  }

  /**
   * A crash that was planned for it comes; one that drains or is gone is spared.
   * @returns the slots with jobs to be delivered again, or undefined where it was spared
   */
  crash(replica: number): number[] | undefined {
    this.#happened(replica);
    if (this.#state[replica] !== READY) return undefined;
    this.#unready(this.ready.indexOf(replica));
    const held = this.#held(replica);
    this.#end(replica);
    return held;
  }

  /** The slots that have a job in hand. */
  held(): number[] {
    return [...this.#state.entries()].flatMap(([replica, state]) =>
      state === READY || state === DRAINING ? this.#held(replica) : [],
    );
  }

  #held(replica: number): number[] {
    const free = new Set<number>();
    for (let slot = this.#firstFree[replica]!; slot >= 0; slot = this.#nextFree[slot]!) free.add(slot);
    const first = replica * this.concurrency;
    return Array.from({ length: this.concurrency }, (_, n) => first + n).filter((slot) => !free.has(slot));
  }

  #unready(index: number): number {
    const replica = this.ready[index]!;
    this.ready[index] = this.ready.at(-1)!;
    this.ready.pop();
    this.inHand -= this.#busy[replica]!;
    return replica;
  }

  #end(replica: number): void {
    this.#state[replica] = GONE;
    this.#reuse(replica);
  }

  #happened(replica: number): void {
    this.#pending[replica]! -= 1;
    this.#reuse(replica);
  }

  #reuse(replica: number): void {
    if (this.#state[replica] !== GONE || this.#pending[replica]! > 0) return;
    this.#state[replica] = FREE;
    this.#unused.push(replica);
  }

  #another(): number {
    const replica = this.#size;
    this.#size += 1;
    if (replica === this.#state.length) {
      this.#state = twice(this.#state, new Uint8Array(replica * 2));
      this.#busy = twice(this.#busy, new Int32Array(replica * 2));
      this.#pending = twice(this.#pending, new Int32Array(replica * 2));
      this.#requestedAt = twice(this.#requestedAt, new Float64Array(replica * 2));
      this.#firstFree = twice(this.#firstFree, new Int32Array(replica * 2));
      const slots = 2 * replica * this.concurrency;
      this.#nextFree = twice(this.#nextFree, new Int32Array(slots));
      this.arrived = twice(this.arrived, new Float64Array(slots));
      this.began = twice(this.began, new Float64Array(slots));
    }
    return replica;
  }
}

function twice<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}
