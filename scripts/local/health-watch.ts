// Asks a process again and again whether it does its work: often until it first says yes, then as often as its service says.

const STARTING_MS = 150;

export interface HealthWatch {
  /** At once, instead of when it is due. */
  ask(): void;
  end(): void;
}

export function watchHealth(parts: {
  check(): Promise<boolean>;
  /** Milliseconds. */
  everyMs: number;
  /** Not called any more once it has ended. */
  onAnswer(healthy: boolean): void;
}): HealthWatch {
  let due: NodeJS.Timeout | undefined;
  let ended = false;
  let wasHealthy = false;

  async function ask(): Promise<void> {
    due = undefined;
    const healthy = await parts.check();
    if (ended) return;
    wasHealthy ||= healthy;
    due = setTimeout(() => void ask(), wasHealthy ? parts.everyMs : STARTING_MS);
    parts.onAnswer(healthy);
  }

  void ask();
  return {
    ask() {
      // One that is being asked answers soon.
      if (due === undefined) return;
      clearTimeout(due);
      void ask();
    },
    end() {
      ended = true;
      clearTimeout(due);
      due = undefined;
    },
  };
}
