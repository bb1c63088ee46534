// The workshop without Docker: every chapter from its Markdown, then reset from wretched states.
import { supervisedLab } from '../e2e/supervised-lab.ts';
import { describeReset } from './reset.ts';
import { describeWorkshop } from './workshop.ts';

describeWorkshop(await supervisedLab('workshop'), describeReset);
