// What queueing theory says of a queue with a fixed number of slots: what the simulation is checked against, and a first estimate for people.

/**
 * Erlang C: the share of the jobs that have to wait, with Poisson arrivals and exponential service times.
 * @param load arrivals a second times the mean service time: slots that are busy on average
 * @param slots more than the load, or else everyone waits
 */
export function waitingShare(load: number, slots: number): number {
  if (load >= slots) return 1;
  let blocked = 1; // Erlang B, by its recursion, which does not overflow
  for (let n = 1; n <= slots; n += 1) blocked = (load * blocked) / (n + load * blocked);
  return blocked / (1 - (load / slots) * (1 - blocked));
}

/** Mean seconds that a job of M/M/c waits for its start, over all jobs. Infinity where the load is too much. */
export function meanWait(arrivalRate: number, service: number, slots: number): number {
  const load = arrivalRate * service;
  if (load >= slots) return Number.POSITIVE_INFINITY;
  return (waitingShare(load, slots) * service) / (slots - load);
}

/** Pollaczek and Khinchine: mean seconds of waiting for one slot, whatever the distribution of service times. */
export function meanWaitOfOneSlot(arrivalRate: number, service: number, spread: number): number {
  const load = arrivalRate * service;
  if (load >= 1) return Number.POSITIVE_INFINITY;
  return (arrivalRate * (service ** 2 + spread ** 2)) / (2 * (1 - load));
}
