// The colours of drawings: dark enough on white for a projector, and told apart by people who see colours otherwise (Okabe and Ito).

export const INK = '#1b2733';
export const FAINT = '#5b6875';
export const GRID = '#dfe5ea';
export const PAPER = '#ffffff';
export const DEADLINE = '#b00020';

const POLICIES = ['#0072b2', '#d55e00', '#009e73', '#b0578d', '#8a6d00', '#3a3f8f'] as const;

export function policyColour(index: number): string {
  return POLICIES[index % POLICIES.length]!;
}
