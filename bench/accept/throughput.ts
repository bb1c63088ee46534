// Accepted images a second, in sets of 1, 10 and 100, and the bare handler's, turn by turn.
import type { Figures } from '../main.ts';
import { medianFigure } from '../statistics.ts';
import { flood } from './flood.ts';
import type { Accepting, Stage } from './stage.ts';

const SETS = [1, 10, 100] as const;
const ROUNDS = 5;
const SECONDS = 5;
const WARM_UP_SECONDS = 3;

type Turn = 'bare' | (typeof SETS)[number];

export async function measureThroughput(stage: Stage, progress: (line: string) => void): Promise<Figures> {
  const frontEnd = await stage.frontEnd();
  const bare = await stage.bareHandler();
  const turns: readonly Turn[] = ['bare', ...SETS];
  const items = new Map<Turn, number[]>(turns.map((turn) => [turn, []]));
  let refusals = 0;
  const one = async (turn: Turn, seconds: number): Promise<number> => {
    const target: Accepting = turn === 'bare' ? bare : frontEnd;
    const images = turn === 'bare' ? 1 : turn;
    const { rate, refused } = await flood(target.jobs, images, seconds);
    refusals += refused;
    await stage.empty();
    return rate * images;
  };
  for (const turn of turns) await one(turn, WARM_UP_SECONDS);
  refusals = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    // Each round begins with another one, so that none always has the machine at its best.
    const first = round % turns.length;
    for (const turn of [...turns.slice(first), ...turns.slice(0, first)]) {
      const rate = await one(turn, SECONDS);
      items.get(turn)!.push(rate);
      progress(
        `round ${round + 1}: ${turn === 'bare' ? 'bare handler' : `sets of ${turn}`}: ${Math.round(rate)} images/s`,
      );
    }
  }
  await frontEnd.end();
  await bare.end();

  // Of the same round: what disturbed the machine disturbed both.
  const ratio = (of: Turn, to: Turn): number[] => items.get(of)!.map((rate, round) => rate / items.get(to)![round]!);
  const rate = (turn: Turn) => medianFigure(items.get(turn)!, { unit: '/s' });
  const times = (of: Turn, to: Turn, wanted: string) =>
    medianFigure(ratio(of, to), { unit: 'times', digits: 2, wanted });
  return {
    'bare handler, confirmed, nothing stored: images accepted': rate('bare'),
    'sets of 1: images accepted': rate(1),
    'sets of 10: images accepted': rate(10),
    'sets of 100: images accepted': rate(100),
    'sets of 1 / bare handler': times(1, 'bare', '>= 0.3'),
    'sets of 10 / sets of 1': medianFigure(ratio(10, 1), { unit: 'times', digits: 2 }),
    'sets of 100 / sets of 1': times(100, 1, '>= 5'),
    'sets, jobs answered 503': { value: refusals, unit: 'jobs', wanted: '0' },
  };
}
