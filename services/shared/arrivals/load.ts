// What a load is: how many jobs come, at any time.

/** A rate in jobs a second at any time, by which a Poisson process is made (or, where `regular`, evenly spaced jobs). */
export interface Load {
  name: string;
  /** Jobs a second at time t, in seconds from the start. */
  rate: (t: number) => number;
  /** The highest that it gets. */
  peak: number;
  /** How long it lasts; Infinity: until it is ended. */
  seconds: number;
  regular?: boolean;
}
