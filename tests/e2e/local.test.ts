// The lab's promises, kept without Docker.
import { describeLab } from './scenario.ts';
import { supervisedLab } from './supervised-lab.ts';

describeLab(await supervisedLab('e2e'));
