// Steps of which each needs those before it: each is a test of its own; once one fails the rest is not run, and that is said.

/** A test's context, as far as it is used here. */
export interface StepContext {
  test(name: string, options: { skip?: string }, body: () => Promise<void>): Promise<void>;
}

export interface Steps {
  step(name: string, body: () => Promise<void>): Promise<void>;
  /** Says how many were not run; false where one failed. */
  end(): Promise<boolean>;
}

export function createSteps(t: StepContext): Steps {
  let failed: string | undefined;
  let notRun = 0;
  return {
    async step(name, body) {
      if (failed !== undefined) {
        notRun++;
        return;
      }
      failed = name;
      await t.test(name, {}, async () => {
        await body();
        failed = undefined;
      });
    },
    async end() {
      if (notRun > 0) await t.test(`${notRun} more`, { skip: `not run, since this failed: ${failed}` }, async () => {});
      return failed === undefined;
    },
  };
}
