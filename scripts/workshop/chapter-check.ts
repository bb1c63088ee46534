// What a chapter's check is. A file in workshop/checks/ that exports one as `check` is all that a chapter needs.
import type { JobSummary, JobView } from '../../services/frontend/job-view.ts';
import type { Decision } from '../../services/scaler/deciding/types.ts';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import type { ServiceView } from '../lab-view.ts';
import type { Verdict } from '../verdict/types.ts';

/** What the running lab shows, and what happened in it since it was last reset. All of it is looked at when it is asked for, once a check. */
export interface Evidence {
  services(): Promise<ServiceView[]>;
  /** As `./lab verdict --wait` with so many seconds; 0 where none are given. */
  verdict(waitSeconds?: number): Promise<Verdict>;
  /** All jobs, the newest first, without their items. What waits (`verdict`) goes before it: meanwhile jobs are done. */
  jobs(): Promise<JobSummary[]>;
  /** These jobs with their items, in the same order: a question to the front end for each, whenever it is asked; of very many the first. */
  withItems(jobs: readonly JobSummary[]): Promise<JobView[]>;
  scaler(): Promise<ScalerStatus>;
  /** The scaler's decisions for a role, the newest last. */
  decisions(role: string): Promise<Decision[]>;
  /**
   * The results that runs have left since the lab was last reset, the newest last: of `./lab load` by the scenario's name
   * (`05-overwhelm`, `http`), of `./lab compare` as `compare`. Each is the JSON of its file.
   */
  results(scenario: string): Promise<unknown[]>;
}

/** One thing that has to be true. */
export interface Finding {
  ok: boolean;
  /** A sentence with the numbers in it: `12 images waited while nobody worked, the longest 8.3 s`. */
  text: string;
  /** What to do where it is not true: a command, or where in the chapter to go on. */
  hint?: string;
}

export interface ChapterCheck {
  /** As the chapter's heading has it: `A first job`. */
  title: string;
  /** All that has to be true at the end of the chapter, in the order in which the chapter makes it true. */
  findings(evidence: Evidence): Promise<Finding[]>;
}
