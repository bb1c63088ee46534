// In which order the roles of a graph are drawn from left to right: along its edges, the longest way first, so that as many edges
// as can be lead from a box to the one beside it.

export interface Arrangement {
  /** Roles that are connected with each other, in the order to draw them. */
  groups: string[][];
  /** Roles without an edge to another. */
  alone: string[];
}

type Way = readonly [from: string, to: string];

/** The ways that do not lead back on a walk from role to role, in the given order: with the others it would not end. */
function walked(roles: readonly string[], ways: readonly Way[]): Way[] {
  const next = targetsOf(ways);
  const open = new Set<string>();
  const done = new Set<string>();
  const back = new Set<string>();
  const walk = (role: string): void => {
    open.add(role);
    for (const target of next.get(role) ?? []) {
      if (open.has(target)) back.add(JSON.stringify([role, target]));
      else if (!done.has(target)) walk(target);
    }
    open.delete(role);
    done.add(role);
  };
  for (const role of roles) if (!done.has(role)) walk(role);
  return ways.filter((way) => !back.has(JSON.stringify(way)));
}

/** Of a walk from each role, the one on which the most ways lead ahead; where two are alike, that from the role named first. */
function forward(roles: readonly string[], ways: readonly Way[]): Way[] {
  let best: Way[] = [];
  for (const first of roles) {
    const ahead = walked([first, ...roles.filter((role) => role !== first)], ways);
    if (ahead.length > best.length) best = ahead;
  }
  return best;
}

function targetsOf(ways: readonly Way[]): Map<string, Set<string>> {
  const targets = new Map<string, Set<string>>();
  for (const [from, to] of ways) targets.set(from, (targets.get(from) ?? new Set()).add(to));
  return targets;
}

/** How many roles a work item can still pass after a role, for each role. */
function heights(roles: readonly string[], next: ReadonlyMap<string, ReadonlySet<string>>): Map<string, number> {
  const known = new Map<string, number>();
  const height = (role: string): number => {
    const found = known.get(role);
    if (found !== undefined) return found;
    const value = Math.max(0, ...[...(next.get(role) ?? [])].map((target) => height(target) + 1));
    known.set(role, value);
    return value;
  };
  for (const role of roles) height(role);
  return known;
}

/** A role comes after all that lead to it; from each one goes on to where the way is longest. */
function inOrder(roles: readonly string[], ways: readonly Way[]): string[] {
  const ahead = forward(roles, ways);
  const next = targetsOf(ahead);
  const height = heights(roles, next);
  const waitsFor = new Map(roles.map((role) => [role, new Set<string>()]));
  for (const [from, to] of ahead) waitsFor.get(to)?.add(from);
  const order: string[] = [];
  const placed = new Set<string>();
  const isReady = (role: string): boolean =>
    !placed.has(role) && [...(waitsFor.get(role) ?? [])].every((one) => placed.has(one));
  const highest = (some: readonly string[]): string | undefined =>
    some.filter(isReady).sort((a, b) => height.get(b)! - height.get(a)!)[0];
  while (order.length < roles.length) {
    // The last one that leads on, else another beginning.
    let chosen: string | undefined;
    for (let i = order.length - 1; i >= 0 && chosen === undefined; i -= 1) {
      chosen = highest([...(next.get(order[i]!) ?? [])]);
    }
    chosen ??= highest(roles);
    if (chosen === undefined) break;
    order.push(chosen);
    placed.add(chosen);
  }
  return order;
}

/** @param roles in the order of the graph, which decides where nothing else does */
export function arrange(roles: readonly string[], ways: readonly Way[]): Arrangement {
  const known = new Set(roles);
  const between = ways.filter(([from, to]) => from !== to && known.has(from) && known.has(to));
  const neighbours = targetsOf(
    between.flatMap(([from, to]): Way[] => [
      [from, to],
      [to, from],
    ]),
  );
  const seen = new Set<string>();
  const groups: string[][] = [];
  const alone: string[] = [];
  for (const role of roles) {
    if (seen.has(role)) continue;
    seen.add(role);
    const members = [role];
    for (const member of members) {
      for (const other of neighbours.get(member) ?? []) {
        if (!seen.has(other)) members.push(other);
        seen.add(other);
      }
    }
    if (members.length === 1) {
      alone.push(role);
      continue;
    }
    const group = new Set(members);
    const inside = roles.filter((one) => group.has(one));
    groups.push(
      inOrder(
        inside,
        between.filter(([from]) => group.has(from)),
      ),
    );
  }
  return { groups, alone };
}
