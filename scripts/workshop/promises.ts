// The deadlines by which the scaler has decided for a role, read from what it has said: a decision's sentence names the one that was in force.
import { figure } from '../../services/scaler/deciding/sentence.ts';
import type { Decision } from '../../services/scaler/deciding/types.ts';

/** `…; at 0.20 s each and 3 s deadline the wait would be 0 s with what is there` */
const IN_FORCE = /\band (\d+(?:\.\d+)?) s deadline\b/;

/**
 * Seconds with the figures of a sentence, each once, in the order in which they came.
 * @param now what is in force now, whether anything was decided by it or not
 */
export function promisesIn(decisions: readonly Decision[], now: number): number[] {
  const said = decisions.flatMap(({ sentence }) => {
    const [, seconds] = IN_FORCE.exec(sentence) ?? [];
    return seconds === undefined ? [] : [Number(seconds)];
  });
  return [...new Set([...said, Number(figure(now))])];
}
