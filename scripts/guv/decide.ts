// Answers questions in guv's own terms, one a line of JSON: what its rule says for a configuration, a past and a number of messages.
import { z } from 'zod';
import { guvEstimate, guvNext } from '../../services/scaler/policies/guv.ts';
import { GuvConfigError } from '../../services/shared/guv/problem.ts';
import { readGuvConfig } from '../../services/shared/guv/read-config.ts';
import type { RoleSettings } from '../../services/shared/guv/settings.ts';
import { firstIssue } from '../../services/shared/messaging/fate.ts';

const Count = z.number().nonnegative();

const Question = z.object({
  /** YAML text, or the same as an object. */
  config: z.union([z.string(), z.record(z.string(), z.unknown())]),
  role: z.string(),
  /** Past estimates, oldest first. */
  history: z.array(Count).max(100_000).default([]),
  /** Null: unknown. */
  currentWorkers: Count.nullish(),
  messages: Count,
});

/** Null as next: change nothing. */
export type Answer = { estimate: number; next: number | null } | { error: string };

/** Configurations that are kept: questions in a row are mostly about one. */
const KEPT = 1_000;

function createReader(): (text: string) => RoleSettings[] {
  const kept = new Map<string, RoleSettings[]>();
  return (text) => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    const { roles } = readGuvConfig(text, 'config', { lenient: true });
    if (kept.size >= KEPT) kept.clear();
    kept.set(text, roles);
    return roles;
  };
}

function fromJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Makes a function that answers one line after the other. What is wrong with a line is its answer. */
export function createDecider(): (line: string) => Answer {
  const rolesOf = createReader();
  const answer = (line: string): Answer => {
    const given = fromJson(line);
    if (given === undefined) return { error: `not JSON: ${line.slice(0, 80)}` };
    const question = Question.safeParse(given);
    if (!question.success) return { error: firstIssue(question.error) };
    const { config, role, history, currentWorkers, messages } = question.data;
    const roles = rolesOf(typeof config === 'string' ? config : JSON.stringify(config));
    const settings = roles.find((one) => one.role === role);
    if (settings === undefined) {
      return {
        error: `the configuration has no role ${JSON.stringify(role)}; it has ${roles.map((one) => one.role).join(', ') || 'none'}`,
      };
    }
    const estimate = guvEstimate(messages, settings);
    return { estimate, next: guvNext(estimate, history, currentWorkers ?? undefined) ?? null };
  };
  return (line) => {
    try {
      return answer(line);
    } catch (error) {
      if (error instanceof GuvConfigError) return { error: error.message };
      throw error;
    }
  };
}
