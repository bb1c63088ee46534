// The lab's promises, kept on real Docker.
import { dockerLab } from './docker-lab.ts';
import { describeLab } from './scenario.ts';

describeLab(await dockerLab('e2e'));
