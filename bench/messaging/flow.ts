// What every contender does: takes a message from `worker.IN`, counts it up, and sends it on to `worker.OUT`.
export const IN = 'worker.IN';
export const OUT = 'worker.OUT';
/** Unanswered messages at a time, for all but stock msgflo-nodejs, which keeps its default of 2. */
export const PREFETCH = 300;

export interface Numbered {
  item: string;
  job: string;
  n: number;
  text: string;
}

/** The work itself: next to nothing, so that what is measured is the messaging. */
export const handle = (data: Numbered): Numbered => ({ ...data, n: data.n + 1 });

/** A body of exactly `bytes` bytes. */
export function body(n: number, bytes: number): Buffer {
  const job = '0199c0de-0000-7000-8000-000000000000';
  const data: Numbered = { item: `${job}.${n}`, job, n, text: '' };
  data.text = '.'.repeat(bytes - JSON.stringify(data).length);
  return Buffer.from(JSON.stringify(data));
}

/** The broker's address, as the first argument. */
export function brokerUrl(): string {
  const url = process.argv[2];
  if (url === undefined) throw new Error('expected the address of a broker, amqp://…');
  return url;
}
