// A driver that cannot be opened yet, as what it needs to know must be asked of an engine that may not answer: each call tries again.
import { setTimeout as wait } from 'node:timers/promises';
import type { Driver } from './driver.ts';

const RETRY_MS = 1_000;

/** `open` rejects with a DriverError while it cannot be opened; the calls of the driver do the same. */
export function createLateDriver<D extends Driver>(name: string, open: () => Promise<D>) {
  let opened: D | undefined;
  let opening: Promise<D> | undefined;

  function driver(): Promise<D> {
    if (opened !== undefined) return Promise.resolve(opened);
    opening ??= open().then(
      (one) => {
        opened = one;
        return one;
      },
      (error: unknown) => {
        opening = undefined;
        throw error;
      },
    );
    return opening;
  }

  const late: Driver = {
    name,
    list: async (services) => (await driver()).list(services),
    async watch(services, onChange, signal) {
      while (!signal.aborted) {
        const one = await driver().catch(() => undefined);
        if (one !== undefined) return one.watch(services, onChange, signal);
        await wait(RETRY_MS, undefined, { signal, ref: false }).catch(() => {});
      }
    },
    add: async (service, count) => (await driver()).add(service, count),
    remove: async (id) => (await driver()).remove(id),
    signal: async (id, signal) => (await driver()).signal(id, signal),
    pause: async (id) => (await driver()).pause(id),
    resume: async (id) => (await driver()).resume(id),
    restart: async (id) => (await driver()).restart(id),
    cut: async (id) => (await driver()).cut(id),
    heal: async (id) => (await driver()).heal(id),
    numbers: async (service) => (await driver()).numbers(service),
    inUse: async () => (await (await driver()).inUse?.()) ?? [],
    host: async () => (await driver()).host(),
  };
  return { driver: late, opened: (): D | undefined => opened };
}
