// A list of numbered things that come in order and go in nearly the same order, thousands of them a second.
//
// A Map would do, but for this: V8 moves a Map that changes so much to a new table again and again, and a discarded table that has grown old
// keeps all later ones alive, with everything in them: a busy participant had 250 MB instead of 115.

/** Places at the front that may stay empty before the list is cut. */
const MOST_EMPTY = 1_000;

export class Rolling<T> {
  private items: (T | undefined)[] = [];
  /** Where the first item is, if there is one. */
  private head = 0;
  /** The number of what stands at place 0. */
  private base: number;
  private count = 0;

  /** `first`: the number of the first item. */
  constructor(first = 0) {
    this.base = first;
  }

  get size(): number {
    return this.count;
  }

  /** The first of those that are here. */
  get first(): T | undefined {
    return this.items[this.head];
  }

  /** Adds an item and returns its number. */
  add(item: T): number {
    this.count += 1;
    return this.base + this.items.push(item) - 1;
  }

  /** Takes out the item of that number, where it is still here. */
  take(number: number): T | undefined {
    const place = number - this.base;
    const item = place >= this.head ? this.items[place] : undefined;
    if (item === undefined) return undefined;
    this.items[place] = undefined;
    this.count -= 1;
    if (place === this.head) this.moveHead();
    return item;
  }

  /** Takes out the first item, where its number is not above `upTo`. */
  takeFirst(upTo = Number.POSITIVE_INFINITY): T | undefined {
    return this.base + this.head <= upTo ? this.take(this.base + this.head) : undefined;
  }

  *entries(): Generator<[number, T]> {
    for (let place = this.head; place < this.items.length; place += 1) {
      const item = this.items[place];
      if (item !== undefined) yield [this.base + place, item];
    }
  }

  private moveHead(): void {
    while (this.head < this.items.length && this.items[this.head] === undefined) this.head += 1;
    if (this.head < MOST_EMPTY && this.head < this.items.length) return;
    this.items = this.items.slice(this.head);
    this.base += this.head;
    this.head = 0;
  }
}
