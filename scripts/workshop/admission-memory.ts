// A front end that looks at deadlines (ADMISSION) remembers the jobs that it has let in, to learn how long they take. Of jobs that are gone
// it would learn that they take for ever: it is started anew.
const ASK_MS = 3_000;

/** Whether it has such a memory; false where that cannot be asked. */
export async function remembersJobs(frontend: string | undefined): Promise<boolean> {
  if (frontend === undefined) return false;
  try {
    const response = await fetch(`${frontend}/readyz`, { signal: AbortSignal.timeout(ASK_MS) });
    return ((await response.json()) as { admission?: string }).admission !== 'off';
  } catch {
    return false;
  }
}
