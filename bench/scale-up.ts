// Scaling on the real lab: how soon help comes, what it is worth in a flash crowd, whether anything is done twice when replicas go, and
// whether the simulator had known. About half an hour; needs Docker.

import type { Figures } from './main.ts';
import { startBenchLab } from './scale-up/bench-lab.ts';
import { firstExtra } from './scale-up/first-extra.ts';
import { flashCrowd } from './scale-up/flash-crowd.ts';
import { prediction } from './scale-up/prediction.ts';
import { scaleDowns } from './scale-up/scale-downs.ts';
import { median, medianFigure } from './statistics.ts';

const ROUNDS = 5;
const SCALE_DOWNS = 40;

const rounded = (value: number, digits = 1): number => Number(value.toFixed(digits));

export async function run(progress: (line: string) => void): Promise<Figures> {
  const lab = await startBenchLab(progress);
  try {
    const extra = await firstExtra(lab, ROUNDS, progress);
    const boot = (await lab.status()).measured.boot ?? median(extra);
    const downs = await scaleDowns(lab, SCALE_DOWNS, progress);
    const crowd = await flashCrowd(lab, progress);
    const { live, simulated } = await prediction(lab, boot, progress);
    const share = (value: number) => ({ value: rounded(value, 2), unit: '%' });
    return {
      'from the first request over capacity to the first extra replica at work': {
        ...medianFigure(extra, { unit: 's', digits: 2 }),
        wanted: '< 5',
      },
      [`messages handed out twice in ${SCALE_DOWNS} scale-downs`]: {
        value: downs.redelivered,
        unit: `of ${downs.pictures}`,
        wanted: '0',
      },
      'flash crowd, in the deadline with scaling off': share(crowd.off),
      'flash crowd, in the deadline with scaling on': share(crowd.on),
      'ten minutes live, in the deadline': share(live.inDeadline),
      'ten minutes simulated, in the deadline': { ...share(simulated.inDeadline), wanted: 'within 3 points' },
      'ten minutes live': { value: rounded(live.replicaSeconds, 0), unit: 'replica-seconds' },
      'ten minutes simulated': {
        value: rounded(simulated.replicaSeconds, 0),
        unit: `replica-seconds, ${rounded((100 * simulated.replicaSeconds) / live.replicaSeconds - 100)} %`,
        wanted: 'within 15 %',
      },
    };
  } finally {
    progress('taking it down');
    await lab.down();
  }
}
