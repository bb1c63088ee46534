// Numbers as they stand in the formulas of the policy `deadline`.

/** To hundredths: a formula is read, not calculated with. */
export const rounded = (value: number): number => Math.round(value * 100) / 100;
