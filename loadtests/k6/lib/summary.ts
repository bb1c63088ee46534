// The end of every script of the ladder: a table on the screen, and the numbers as JSON where RESULTS says.

import { resultOf, type SummaryData } from './result.ts';
import { resultTable } from './result-table.ts';
import { RESULTS } from './settings.ts';

/** What a script exports as `handleSummary`. `sent` says in words what it sent. */
export function summary(scenario: string, sent: string) {
  return (data: SummaryData): Record<string, string> => {
    const result = resultOf(scenario, sent, data, new Date());
    // It ended before it began, and the error says why.
    if (result.rows.every(({ jobs }) => jobs === 0)) return { stdout: `${scenario}: nothing was sent\n` };
    const file = RESULTS === undefined ? {} : { [RESULTS]: `${JSON.stringify(result, null, 2)}\n` };
    return { stdout: `\n${resultTable(result)}\n\n`, ...file };
  };
}
