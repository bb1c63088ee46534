// What the jobs of a load ask for: sets of samples by their weights, some of them urgent. The same seed asks for the same.
import { createRandom } from '../shared/arrivals/random.ts';
import type { LoadSettings } from './settings.ts';

/**
 * Bodies for POST /jobs, one after the other.
 * @param part another number for each change of the load
 */
export function createJobBodies(settings: LoadSettings, part: number): () => string {
  const { set, samples, width, height, deadline_seconds, urgent } = settings;
  const random = createRandom(settings.seed, 'jobs', part);
  const mix = Object.entries(samples);
  const whole = mix.reduce((sum, [, weight]) => sum + weight, 0);

  function sample(): string {
    let left = random.uniform() * whole;
    for (const [name, weight] of mix) {
      left -= weight;
      if (left < 0) return name;
    }
    return mix.at(-1)![0]; // rounding has left a little
  }

  return () => {
    // Drawn in any case: a job has the same pictures whatever share of them is urgent.
    const isUrgent = random.uniform() < urgent;
    const images = Array.from({ length: set }, () => ({ source: `sample:${sample()}`, width, height }));
    return JSON.stringify({
      images,
      ...(deadline_seconds === null ? {} : { deadline_seconds }),
      ...(isUrgent ? { urgent: true } : {}),
    });
  };
}
