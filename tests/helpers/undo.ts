// What a test opens it also closes, in reverse: node:test runs its `after` hooks in the order in which they were registered.

/** A test's or a suite's context, as far as it is used here. */
interface Context {
  after(undo: () => Promise<void>): void;
}

/** A scope whose undo steps run in reverse when the test ends, each one whatever became of those before it. */
export function undoStack(context: Context): Context {
  const steps: (() => Promise<void>)[] = [];
  context.after(async () => {
    const failures: unknown[] = [];
    for (const undo of steps.reverse()) await undo().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw new AggregateError(failures, 'the test could not be undone');
  });
  return { after: (undo) => void steps.push(undo) };
}
