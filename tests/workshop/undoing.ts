// What undoes a chapter: after each of these its check says no again, and names that. Whoever is killed by hand stays down.

export interface Undoing {
  command: string;
  /** What the check says of it. */
  says: RegExp;
}

export const UNDOING: Record<number, Undoing> = {
  0: { command: './lab kill resize', says: /✗ not healthy: .*resize/ },
  1: { command: './lab kill caption', says: /✗ not healthy: .*caption/ },
  2: { command: './lab kill resize', says: /✗ not healthy: .*resize/ },
  3: { command: './lab kill vendor', says: /✗ not healthy: .*vendor/ },
  4: { command: './lab autoscale advise', says: /✗ scaling is not off: its mode is advise/ },
};
