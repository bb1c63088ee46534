// A benchmark leaves nothing behind: what it brought up is taken down when it ends, and when it is broken off.

const open = new Set<() => Promise<void>>();

/**
 * Takes `end` as something to do before this process goes, at SIGINT, SIGTERM and SIGHUP too.
 * @returns does it, once however often it is called
 */
export function undoable(end: () => Promise<void>): () => Promise<void> {
  let ending: Promise<void> | undefined;
  const once = (): Promise<void> => {
    ending ??= end().finally(() => open.delete(once));
    return ending;
  };
  open.add(once);
  return once;
}

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  process.once(signal, async () => {
    const failed = (await Promise.allSettled([...open].map((end) => end()))).filter(
      ({ status }) => status === 'rejected',
    );
    for (const { reason } of failed as PromiseRejectedResult[]) process.stderr.write(`not taken down: ${reason}\n`);
    process.exit(code);
  });
}
