// A verdict as a screen: the equation, what was done more than once, and one sentence that a room can read.
import type { OpenItem } from '../../services/shared/ledger/audit.ts';
import { printable } from '../printable.ts';
import { paint, plural, type Style, table } from '../terminal.ts';
import type { DeadItem, Verdict } from './types.ts';

/** More rows than fit on a screen help nobody: --json has all. */
const ROWS = 20;

const number = (value: number): string => value.toLocaleString('en-GB');
const loud = (value: number, style: Style): string => (value === 0 ? '0' : paint(style, number(value)));
const clock = (iso: string): string => new Date(iso).toTimeString().slice(0, 8);

function equation(verdict: Verdict): string {
  const { accepted, done, failed, dead, cancelled, in_flight: inFlight, lost, where } = verdict;
  return table(
    [
      ['', 'accepted', number(accepted), ''],
      ['=', 'done', number(done), ''],
      ['+', 'failed', number(failed), failed > 0 ? 'a failure is a result, too: it is stored with its reason' : ''],
      ['+', 'dead', loud(dead, 'yellow'), dead > 0 ? 'kept among the dead letters' : ''],
      ['+', 'cancelled', number(cancelled), ''],
      ['+', 'in flight', loud(inFlight, 'yellow'), where.map(printable).join('; ')],
      ['+', 'lost', lost === 0 ? '0' : paint(['bold', 'red'], number(lost)), ''],
    ],
    { indent: '  ', heading: false },
  );
}

function repeated(verdict: Verdict): string {
  const { redelivered, retried, duplicate_deliveries: deliveries, duplicate_effects: effects } = verdict;
  return table(
    [
      ['redelivered', number(redelivered), redelivered > 0 ? 'handed out again: who had them did not answer' : ''],
      ['retried', number(retried), retried > 0 ? 'failed, and were tried again' : ''],
      ['duplicate deliveries', number(deliveries), deliveries > 0 ? 'harmless: the second changed nothing' : ''],
      ['duplicate effects', loud(effects, ['bold', 'red']), ''],
    ],
    { indent: '  ', heading: false },
  );
}

const lostLine = ({ item, accepted_at: accepted, published_at: published }: OpenItem): string =>
  `  ${item}  accepted ${clock(accepted)}, with the broker ${published === null ? 'never' : clock(published)}, and nothing since`;

const deadLine = ({ item, queue, reason }: DeadItem): string =>
  `  ${printable(item)}  in ${printable(queue)}: ${printable(reason)}`;

function list<T>(heading: string, items: readonly T[], line: (item: T) => string): string[] {
  if (items.length === 0) return [];
  const rest = items.length > ROWS ? [`  … and ${number(items.length - ROWS)} more (--json has all)`] : [];
  return ['', heading, ...items.slice(0, ROWS).map(line), ...rest];
}

/** The verdict itself, in the colour that it deserves. */
export function sentence(verdict: Verdict): string {
  const { accepted, lost, in_flight: inFlight, dead, duplicate_effects: effects, inconsistencies } = verdict;
  const items = `${number(accepted)} item${accepted === 1 ? '' : 's'}`;
  switch (verdict.verdict) {
    case 'lost':
      return paint(['bold', 'red'], `LOST: ${number(lost)} of ${items} ${lost === 1 ? 'is' : 'are'} nowhere`);
    case 'doubled':
      return paint(['bold', 'red'], `DOUBLED: ${plural(effects, 'effect')} too many among ${items}`);
    case 'inconsistent':
      return paint(['bold', 'red'], `INCONSISTENT: the ledger contradicts itself (${inconsistencies.length})`);
    case 'not at rest':
      return paint('yellow', `not at rest: ${number(inFlight)} of ${items} in flight, nobody can say yet`);
    case 'nothing lost': {
      if (accepted === 0) return paint('green', 'nothing lost: nothing was accepted');
      const kept = [inFlight > 0 ? `${number(inFlight)} still waiting` : '', dead > 0 ? `${number(dead)} dead` : ''];
      const but = kept.filter(Boolean).join(', ');
      return paint('green', `nothing lost: all of ${items} accounted for${but === '' ? '' : `, ${but}`}`);
    }
  }
}

export function verdictReport(verdict: Verdict): string {
  const { at, unsafe, inconsistencies, lost_items: lost, dead_items: dead } = verdict;
  const warning =
    'UNSAFE_MESSAGING is on: no confirms, nothing kept by the broker, messages gone as soon as they are handed out';
  return [
    ...(unsafe ? [paint(['bold', 'red'], warning)] : []),
    paint('dim', `what was accepted until ${clock(at)}, in items`),
    equation(verdict),
    '',
    repeated(verdict),
    ...list('lost:', lost, lostLine),
    ...list('dead (./lab dead show tells more, ./lab dead replay sends them back):', dead, deadLine),
    ...list('the books:', inconsistencies, (one) => `  ${one}`),
    '',
    sentence(verdict),
  ].join('\n');
}
