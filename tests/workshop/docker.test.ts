// The workshop on real Docker: every chapter from its Markdown, then reset from wretched states.
import { dockerLab } from '../e2e/docker-lab.ts';
import { describeReset } from './reset.ts';
import { describeWorkshop } from './workshop.ts';

describeWorkshop(await dockerLab('workshop'), describeReset);
