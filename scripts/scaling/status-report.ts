// `./lab autoscale status`: one screen that says what the scaler sees of each role, what it wants, and why.
import { stripVTControlCharacters } from 'node:util';
import type { Decision, Term } from '../../services/scaler/deciding/types.ts';
import type { ScalerStatus } from '../../services/scaler/governor.ts';
import type { RoleStatus } from '../../services/scaler/live-role.ts';
import type { Mode } from '../../services/scaler/state.ts';
import { cut } from '../message-text.ts';
import { printable } from '../printable.ts';
import { paint, type Style, table } from '../terminal.ts';
import { ago, amount, length, timeLabel } from './moments.ts';
import { wrapped } from './wrapped.ts';

const MODES: Record<Mode, { style: Style; means: string }> = {
  off: { style: 'cyan', means: 'it looks, and decides nothing' },
  advise: { style: 'yellow', means: 'it says what it would do, and does nothing' },
  act: { style: 'green', means: 'it sets the number of replicas' },
};
/** These hold back what the policy wants, or mean that something is wrong. */
const NOTEWORTHY: readonly Term[] = ['fallback', 'saturated', 'fixed', 'paused', 'platform'];
/** A role's name is cut down to this where more would not fit; --json has all of it. */
const SHORTEST_NAME = 8;
const OFF = '  ./lab autoscale advise shows what it would do, ./lab autoscale act does it';
const HEADING = [
  'role',
  'replicas',
  'wanted',
  'backlog',
  'arriving/s',
  'time each',
  'deadline',
  'projected wait',
  'because',
];

type Cost = RoleStatus['cost'];

const styled = (condition: boolean, style: Style, text: string): string => (condition ? paint(style, text) : text);

function part(name: string, { ok, problem }: { ok: boolean; problem?: string }): string {
  return ok ? paint('green', `${name} ok`) : paint('red', `${name}: ${printable(problem ?? 'does not answer')}`);
}

function configLines({ file, ok, problem = [], readAt }: ScalerStatus['config'], now: number): string[] {
  if (ok) return [`${printable(file)}${readAt === undefined ? '' : paint('dim', `  read ${ago(readAt, now)}`)}`];
  const head = paint('red', `${printable(file)} is not in force as it stands; the last good one is:`);
  return [head, ...problem.map((line) => `  ${printable(line)}`)];
}

/** `2`, and `2+1` where one more boots. */
function replicasText(replicas: RoleStatus['replicas']): string {
  if (replicas === undefined) return '';
  return replicas.starting === 0 ? String(replicas.ready) : `${replicas.ready}+${replicas.starting}`;
}

/** The number, with an arrow where it is another one than now; padded, so that the numbers stand below each other. */
function wantedText(decision: Decision | undefined): string {
  const { from, to } = decision ?? {};
  if (to === undefined) return '';
  if (from === undefined || from === to) return `${to}  `;
  return to > from ? paint(['bold', 'green'], `${to} ↑`) : paint(['bold', 'yellow'], `${to} ↓`);
}

function row({ role, replicas, decision, deadline, measured, ...status }: RoleStatus, name: number): string[] {
  const { wish, term } = decision ?? {};
  const situation = status.situation ?? decision?.situation;
  const wait = wish?.projectedWait;
  return [
    paint('bold', cut(printable(role), name)),
    replicasText(replicas),
    wantedText(decision),
    situation === undefined ? '' : String(situation.waiting + situation.inHand),
    situation === undefined ? '' : amount(situation.arrivalRate),
    length(situation?.service ?? measured.service),
    timeLabel(deadline),
    styled(wait !== undefined && wait > deadline, 'red', length(wait)),
    term === undefined ? '' : styled(NOTEWORTHY.includes(term), 'yellow', term),
  ];
}

function rolesTable(roles: readonly RoleStatus[], width: number): string {
  const longest = Math.max(...roles.map(({ role }) => role.length));
  const withNames = (name: number): string => table([HEADING, ...roles.map((role) => row(role, name))]);
  const widest = Math.max(
    ...withNames(longest)
      .split('\n')
      .map((line) => stripVTControlCharacters(line).length),
  );
  return withNames(Math.max(SHORTEST_NAME, longest - Math.max(0, widest - width)));
}

/** What neither table nor sentence says of a role. */
function notes({ steering, replicas, decision }: RoleStatus): string[] {
  const { fixed, paused } = steering;
  const { draining = 0, broken = 0 } = replicas ?? {};
  const held = { both: 'paused', in: 'paused downwards', out: 'paused upwards' };
  return [
    ...(fixed === undefined || decision?.term === 'fixed' ? [] : [`fixed at ${fixed}`]),
    ...(paused === undefined || decision?.term === 'paused' ? [] : [held[paused]]),
    ...(draining > 0 ? [`${draining} draining`] : []),
    ...(broken > 0 ? [`${broken} broken`] : []),
  ];
}

function sentence(status: RoleStatus, width: number): string {
  const { role, decision } = status;
  const said = decision === undefined ? `${role}: nothing is decided yet` : decision.sentence;
  const more = notes(status);
  return wrapped('  ', printable(more.length === 0 ? said : `${said} (${more.join(', ')})`), width, { hanging: 2 });
}

/** What replicas have cost, and how much of it was work. */
export function costLine(costs: readonly Cost[]): string {
  const sum = (kind: keyof Cost): number => costs.reduce((total, cost) => total + cost[kind], 0);
  const kinds = ['working', 'idle', 'booting', 'draining'] as const;
  const total = kinds.reduce((all, kind) => all + sum(kind), 0);
  const share = total === 0 ? '' : ` (${Math.round((100 * sum('working')) / total)} % of it work)`;
  const parts = kinds.map((kind) => `${kind} ${Math.round(sum(kind))}`).join(', ');
  return `cost  ${Math.round(total)} replica-seconds${share}: ${parts}`;
}

/** The whole screen. `now`: epoch seconds; `width`: columns of the terminal. */
export function statusReport(status: ScalerStatus, { width, now }: { width: number; now: number }): string {
  const { mode, config, broker, platform, roles } = status;
  const head = `${paint('bold', paint(MODES[mode].style, mode))}: ${MODES[mode].means}`;
  const parts = `${part('broker', broker)}   ${part('platform', platform)}`;
  const top = [head, [...configLines(config, now), parts].join(config.ok ? '   ' : '\n')].join('\n');
  if (roles.length === 0) return `${top}\n\nno role is in ${printable(config.file)}`;
  // Whatever was decided before it was turned off is over.
  const shown = mode === 'off' ? roles.map((role) => ({ ...role, decision: undefined })) : roles;
  return [
    top,
    rolesTable(shown, width),
    mode === 'off' ? OFF : shown.map((role) => sentence(role, width)).join('\n'),
    paint('dim', costLine(roles.map(({ cost }) => cost))),
  ].join('\n\n');
}
