// Policies of one's own: a file in the folder `policies`, or an http address. Whatever becomes of it is a value: a wish, or what is
// wrong. It can be slow, wrong or gone, and the role goes on by its fallback.
import type { RoleSettings } from '../../shared/guv/settings.ts';
import type { Situation, Wish } from '../deciding/types.ts';
import { filePolicy } from './own-policy-file.ts';
import { httpPolicy } from './own-policy-http.ts';

export type Outcome = Wish | { problem: string };

/** A policy that is asked, and may take its time. */
export interface AskedPolicy {
  /** Never rejects, and answers within the poll interval. A problem goes on from the words `its policy <name> `. */
  ask(situation: Situation, settings: RoleSettings): Promise<Outcome>;
  close(): Promise<void>;
}

/** No dot and no slash: there is no way out of the folder. */
const FILE_NAME = /^[a-z0-9][a-z0-9-]{0,63}$/;
const HTTP = /^https?:\/\//i;

export function ownPolicy(name: string, folder: string): AskedPolicy {
  if (HTTP.test(name)) return httpPolicy(name);
  if (FILE_NAME.test(name)) return filePolicy(folder, name);
  const problem = 'has a name that is neither small letters, digits and hyphens nor an http address';
  return { ask: async () => ({ problem }), close: async () => {} };
}

/** How long an answer may take: the decision falls back within the poll. Milliseconds. */
export const answerLimitMs = ({ pollinterval }: RoleSettings, mostMs: number): number =>
  Math.min(mostMs, pollinterval * 500);

/** Shortened, and on one line: an error's message may be anything. */
export function problemText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
