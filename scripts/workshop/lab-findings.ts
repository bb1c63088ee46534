// What the end of every chapter asks of the lab: that all of it is healthy, and that nothing was lost.
import { stripVTControlCharacters } from 'node:util';
import { CannotRun } from '../command.ts';
import type { ServiceView } from '../lab-view.ts';
import { plural } from '../terminal.ts';
import { sentence } from '../verdict/verdict-report.ts';
import type { Evidence, Finding } from './chapter-check.ts';

/** One that is paused may pass for healthy for a while. */
function troubles(services: readonly ServiceView[]): string[] {
  return services.flatMap(({ name, replicas }) =>
    replicas.length === 0
      ? [`${name} (none)`]
      : replicas
          .filter(({ state, paused }) => state !== 'healthy' || paused === true)
          .map((one) => `${one.name} (${one.paused ? 'paused' : one.state})`),
  );
}

export async function allHealthy(evidence: Pick<Evidence, 'services'>): Promise<Finding> {
  const services = await evidence.services();
  const bad = troubles(services);
  const replicas = services.flatMap((service) => service.replicas).length;
  if (bad.length === 0) {
    return { ok: true, text: `all ${plural(services.length, 'service')} are healthy, ${plural(replicas, 'replica')}` };
  }
  const isPaused = services.some((service) => service.replicas.some(({ paused }) => paused));
  const hint = isPaused ? './lab resume <role> lets go on what is paused' : './lab up starts what is down';
  return { ok: false, text: `not healthy: ${bad.join(', ')}`, hint: `${hint}, ./lab status shows it` };
}

/** Why something could not be looked at, with what is not healthy, where that is known. */
export async function explained(error: Error, evidence: Pick<Evidence, 'services'>): Promise<Error> {
  const health = await allHealthy(evidence).catch(() => undefined);
  if (health === undefined || health.ok) return error;
  return new CannotRun(`${error.message}; ${health.text} (${health.hint})`);
}

/** @param waitSeconds how long to wait for what is in flight */
export async function nothingLost(evidence: Pick<Evidence, 'verdict'>, waitSeconds = 0): Promise<Finding> {
  const verdict = await evidence.verdict(waitSeconds);
  if (verdict.accepted === 0) {
    return { ok: false, text: 'nothing was accepted, so nothing could be lost', hint: './lab send 1 --wait' };
  }
  if (verdict.unsafe) {
    return {
      ok: false,
      text: 'the lab runs with UNSAFE_MESSAGING, without its guarantees',
      hint: 'start it again without that variable, or ./lab reset',
    };
  }
  // It is shown in colours of another kind here, or none.
  const text = stripVTControlCharacters(sentence(verdict));
  if (verdict.verdict === 'nothing lost') return { ok: true, text };
  return { ok: false, text, hint: './lab verdict --wait 2m says more' };
}
