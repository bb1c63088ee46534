// What depends on what: a service waits for those it depends on before it is launched, and ends before they do.
import type { ComposeService } from './compose-file.ts';

/** How long a service waits for those it depends on to be healthy, in milliseconds. */
const LIMIT_MS = 180_000;

export interface Dependencies {
  /** A service and all that it depends on, directly or not. */
  closure(name: string): Set<string>;
  /**
   * Resolves when all that a service depends on is there, or the signal fires, or the limit has passed: then it is started all the
   * same, and waits by itself.
   */
  untilThere(name: string, signal: AbortSignal): Promise<void>;
  /** Does something for each service, after it is done for all that depend on it. */
  fromTheEnd(work: (name: string) => Promise<void>): Promise<void>;
}

export function createDependencies(parts: {
  services: readonly ComposeService[];
  /** Whether a service runs, and, where that is asked, does its work. */
  isThere(name: string, healthy: boolean): boolean;
  /** Tells by `change` that the answer may be another now. */
  changes: EventTarget;
  say(line: string): void;
}): Dependencies {
  const { services, changes } = parts;
  const of = (name: string) => services.find((service) => service.name === name)?.dependsOn ?? [];
  const isKnown = (name: string): boolean => services.some((service) => service.name === name);

  function closure(name: string, found = new Set<string>()): Set<string> {
    if (found.has(name) || !isKnown(name)) return found;
    found.add(name);
    for (const { service } of of(name)) closure(service, found);
    return found;
  }

  function untilOne(name: string, healthy: boolean, signal: AbortSignal): Promise<void> {
    if (!isKnown(name) || parts.isThere(name, healthy) || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(limit);
        changes.removeEventListener('change', look);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const look = (): void => {
        if (parts.isThere(name, healthy)) done();
      };
      const limit = setTimeout(() => {
        parts.say(`${name} is not healthy after ${LIMIT_MS / 1000} s; going on without it`);
        done();
      }, LIMIT_MS);
      changes.addEventListener('change', look);
      signal.addEventListener('abort', done);
    });
  }

  return {
    closure: (name) => closure(name),
    untilThere: (name, signal) =>
      Promise.all(of(name).map(({ service, healthy }) => untilOne(service, healthy, signal))).then(() => undefined),
    fromTheEnd(work) {
      const done = new Map<string, Promise<void>>();
      const workOn = (name: string): Promise<void> => {
        const known = done.get(name);
        if (known !== undefined) return known;
        const dependents = services.filter(({ dependsOn }) => dependsOn.some(({ service }) => service === name));
        const own = Promise.all(dependents.map((service) => workOn(service.name))).then(() => work(name));
        done.set(name, own);
        return own;
      };
      return Promise.all(services.map(({ name }) => workOn(name))).then(() => undefined);
    },
  };
}
