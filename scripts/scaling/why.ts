// `./lab autoscale why <role>`: asks for the decisions of a role, shows them, and goes on with those that follow.
import type { Decision } from '../../services/scaler/deciding/types.ts';
import { wholeNumber } from '../command.ts';
import { interruption } from '../lab-broker.ts';
import type { ServiceClient } from '../service-client.ts';
import { decisionLine, whyReport } from './decision-report.ts';

/** What the scaler keeps of a role. */
const KEPT = 500;

export interface WhyAsked {
  role: string;
  /** The text of --last. */
  last: string;
  follow: boolean;
  json: boolean;
  width: number;
}

export async function why(client: ServiceClient, { role, last, follow, json, width }: WhyAsked): Promise<number> {
  const most = wholeNumber('--last', last, { min: 1, max: KEPT });
  // People see decisions that say the same as one line, so more are needed to have so many lines.
  const query = new URLSearchParams({ role, limit: String(json ? most : KEPT) });
  const { decisions } = await client.get<{ decisions: Decision[] }>(`/decisions?${query}`);
  if (json) for (const decision of decisions) console.log(JSON.stringify(decision));
  else console.log(whyReport(role, decisions, { width, now: Date.now() / 1000, last: most }));
  if (follow) await goOn(client, { role, json, width, after: decisions.at(-1)?.at ?? 0 });
  return 0;
}

/** Decisions as they are made, until a person ends it. Those that say what the one before said are left out, but for JSON. */
async function goOn(
  client: ServiceClient,
  { role, json, width, after }: { role: string; json: boolean; width: number; after: number },
): Promise<void> {
  if (!json) console.log('');
  let said = '';
  // Some of those before, so that none is missed between the two answers.
  const query = new URLSearchParams({ role, last: '20' });
  for await (const line of client.stream(`/decisions/stream?${query}`, interruption())) {
    if (line.trim() === '') continue;
    const decision = JSON.parse(line) as Decision;
    if (decision.at <= after) continue;
    if (json) console.log(JSON.stringify(decision));
    else {
      const { from, to, term } = decision;
      const says = `${from} ${to} ${term}`;
      if (says !== said || from !== to) console.log(decisionLine(decision, width));
      said = says;
    }
  }
}
