// Times drawn from a distribution.
import type { Random } from '../../shared/arrivals/random.ts';
import type { Distribution } from './types.ts';

/** One time in seconds. */
export function draw(distribution: Distribution, random: Random): number {
  switch (distribution.kind) {
    case 'constant':
      return distribution.mean;
    case 'exponential':
      return distribution.mean * random.exponential();
    case 'lognormal': {
      const variance = Math.log(1 + (distribution.stddev / distribution.mean) ** 2);
      return distribution.mean * Math.exp(Math.sqrt(variance) * random.normal() - variance / 2);
    }
    case 'pareto':
      return lowest(distribution.mean, distribution.shape) * random.uniform() ** (-1 / distribution.shape);
  }
}

/** Where a Pareto distribution begins. Its mean exists for a shape above 1 only. */
function lowest(mean: number, shape: number): number {
  return (mean * (shape - 1)) / shape;
}
