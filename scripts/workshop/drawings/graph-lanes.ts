// The edges that do not lead from a box to the one beside it: each bundle runs in a lane of its own, above the boxes or below.
import type { EdgeFacts } from './graph-facts.ts';

/** One end of a bundle. */
export interface Stop {
  role: string;
  /** `ERROR` where it leaves, `resize.CANCEL` where it arrives. */
  name: string;
  arrives: boolean;
}

/** Edges that end in the same queue, or that begin at the same port: one line with branches. */
export interface Bundle {
  stops: Stop[];
  /** 0 is the lane next to the boxes. */
  lane: number;
  kind: 'flow' | 'failure' | 'news';
}

export interface Lanes {
  above: Bundle[];
  below: Bundle[];
}

const portName = ({ from }: EdgeFacts): string => from.port.toUpperCase();

export const kindOf = ({ from, work }: EdgeFacts): Bundle['kind'] => {
  if (!work) return 'news';
  return from.port === 'error' ? 'failure' : 'flow';
};

const groupBy = (edges: readonly EdgeFacts[], key: (edge: EdgeFacts) => string): EdgeFacts[][] => [
  ...Map.groupBy(edges, key).values(),
];

/** The narrowest next to the boxes. */
function inLanes(bundles: readonly Omit<Bundle, 'lane'>[], placeOf: (role: string) => number): Bundle[] {
  const span = ({ stops }: Omit<Bundle, 'lane'>): number => {
    const places = stops.map(({ role }) => placeOf(role));
    return Math.max(...places) - Math.min(...places);
  };
  return bundles.toSorted((a, b) => span(a) - span(b)).map((bundle, lane) => ({ ...bundle, lane }));
}

/**
 * Work goes above, bundled by the queue that it waits in; what every replica hears goes below, bundled by who says it.
 * @param placeOf from left to right: 0, 1, 2 …
 */
export function lanesOf(edges: readonly EdgeFacts[], placeOf: (role: string) => number): Lanes {
  const work = groupBy(
    edges.filter((edge) => edge.work),
    ({ queue }) => queue,
  ).map((group) => {
    const [{ to, queue }] = group as [EdgeFacts];
    const leave = group.map((edge) => ({ role: edge.from.role, name: portName(edge), arrives: false }));
    const kind = group.every((edge) => kindOf(edge) === 'failure') ? ('failure' as const) : ('flow' as const);
    return { stops: [...leave, { role: to.role, name: queue, arrives: true }], kind };
  });
  const news = groupBy(
    edges.filter((edge) => !edge.work),
    (edge) => `${edge.from.role} ${edge.from.port}`,
  ).map((group) => {
    const [first] = group as [EdgeFacts];
    const arrive = group.map(({ to, queue }) => ({ role: to.role, name: queue, arrives: true }));
    return {
      stops: [{ role: first.from.role, name: portName(first), arrives: false }, ...arrive],
      kind: 'news' as const,
    };
  });
  return { above: inLanes(work, placeOf), below: inLanes(news, placeOf) };
}

export interface Slots {
  /** Where a bundle meets a box: 0 is its left end, 1 its right end. */
  share(bundle: Bundle, role: string): number;
}

/** Deals out the side of each box so that the lines of different lanes do not cross. */
export function slotsOf(bundles: readonly Bundle[], placeOf: (role: string) => number): Slots {
  /** -1: it leads to the left only, 1: to the right only. */
  const side = ({ stops }: Bundle, role: string): number => {
    const offsets = stops.map((stop) => Math.sign(placeOf(stop.role) - placeOf(role)));
    return Math.sign(Math.min(...offsets, 0) + Math.max(...offsets, 0));
  };
  return {
    share(bundle, role) {
      const here = bundles
        .filter(({ stops }) => stops.some((stop) => stop.role === role))
        // Towards the left the nearest lane is the outermost, towards the right too.
        .toSorted((a, b) => side(a, role) - side(b, role) || side(a, role) * (b.lane - a.lane));
      return (here.indexOf(bundle) + 1) / (here.length + 1);
    },
  };
}
