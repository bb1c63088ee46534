// What a run looked like, at a few hundred points: enough to be plotted, whatever its length.
import type { Load } from '../../shared/arrivals/load.ts';
import type { Series } from './types.ts';

/** What is seen at one moment. */
export interface Moment {
  backlog: number;
  ready: number;
  replicas: number;
  /** Jobs that have ever come. */
  arrived: number;
}

export class SeriesRecorder {
  readonly series: Series;
  /** When the next point is due. */
  next: number;
  #slowest = Number.NaN;
  #arrived = 0;
  #seconds: number;

  constructor(load: Load, points: number) {
    const every = load.seconds / points;
    this.series = { every, arrivalRate: [], backlog: [], ready: [], replicas: [], slowest: [] };
    this.next = every;
    this.#seconds = load.seconds;
  }

  done(seconds: number): void {
    if (!(this.#slowest >= seconds)) this.#slowest = seconds;
  }

  /** Points up to the time `now`, since the last of which nothing has changed but what `done` was told. */
  record(now: number, { backlog, ready, replicas, arrived }: Moment): void {
    const { series } = this;
    while (this.next <= now) {
      series.arrivalRate.push((arrived - this.#arrived) / series.every);
      series.backlog.push(backlog);
      series.ready.push(ready);
      series.replicas.push(replicas);
      series.slowest.push(this.#slowest);
      this.#arrived = arrived;
      this.#slowest = Number.NaN;
      this.next = (series.backlog.length + 1) * series.every;
      if (this.next > this.#seconds * (1 + 1e-9)) this.next = Number.POSITIVE_INFINITY;
    }
  }
}
