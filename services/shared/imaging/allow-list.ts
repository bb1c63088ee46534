// Which hosts a source picture may be fetched from: SOURCE_ALLOW, a comma-separated list.
//
//   *                         any host all of whose addresses are public (the default)
//   *.example.org             hosts under a domain, where their addresses are public
//   media.local, media:8000   this host, at any port or at this one, whatever its addresses
//   10.1.2.3, [::1]:8000      this address
//   10.0.0.0/8                these addresses, whatever the host's name
//   none                      only samples
//
// An address that is not public is only reached where it, or the very name of its host, is listed.
import { type BlockList, isIP } from 'node:net';
import type { Setting } from '../config.ts';
import { blockList, family, specialKind } from './addresses.ts';

export interface AllowList {
  /** What is wrong with a host as it stands in a URL (no brackets), before its name is looked up; undefined where it may be tried. */
  hostProblem(host: string, port: number): string | undefined;
  /** What is wrong with an address that the host turned out to have; undefined where it may be reached. */
  addressProblem(host: string, port: number, address: string): string | undefined;
}

type Entry = { port?: number } & (
  | { kind: 'any' }
  | { kind: 'domain'; suffix: string }
  | { kind: 'host'; host: string }
  | { kind: 'addresses'; list: BlockList }
);

const EXPECTED =
  'a comma-separated list of *, *.example.org, host names, host:port, addresses and CIDR ranges (or the one word none)';
const HOST = /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

/** Reads the list; what is wrong is said as a Setting says it. */
export function parseAllowList(given: string): { value: AllowList } | { expected: string } {
  if (given.trim() === 'none') return { value: createAllowList([]) };
  const entries: Entry[] = [];
  for (const part of given.split(',')) {
    const entry = parseEntry(part.trim().toLowerCase());
    if (entry === undefined) return { expected: `${EXPECTED}; ${JSON.stringify(part.trim())} is none of these` };
    entries.push(entry);
  }
  return { value: createAllowList(entries) };
}

/** `SOURCE_ALLOW`. */
export const sourceAllow: Setting<AllowList> = {
  name: 'SOURCE_ALLOW',
  fallback: createAllowList([{ kind: 'any' }]),
  parse: parseAllowList,
};

function parseEntry(text: string): Entry | undefined {
  if (text === '*') return { kind: 'any' };
  if (text.includes('/')) return addressEntry(text);
  if (isIP(text) !== 0) return addressEntry(text);
  const [, host = '', portText] = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const address = bare(host);
  if (isIP(address) !== 0) return addressEntry(address, port);
  if (host.startsWith('*.'))
    return HOST.test(host.slice(2)) ? { kind: 'domain', suffix: host.slice(1), port } : undefined;
  // A URL has no host whose last part is a number but is no address: 10.0.0 would be read as 10.0.0.0.
  return HOST.test(host) && !/(^|\.)\d+$/.test(host) ? { kind: 'host', host, port } : undefined;
}

function addressEntry(text: string, port?: number): Entry | undefined {
  const [network = '', prefix, ...rest] = text.split('/');
  const bits = { 0: -1, 4: 32, 6: 128 }[isIP(network)] ?? -1;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  if (bits < 0 || rest.length > 0 || length < 0 || length > bits) return undefined;
  return { kind: 'addresses', list: blockList([`${network}/${length}`]), port };
}

/** `[::1]` without its brackets. */
const bare = (host: string): string => host.replace(/^\[(.*)\]$/, '$1');

function createAllowList(entries: readonly Entry[]): AllowList {
  const matching = (port: number): Entry[] =>
    entries.filter((entry) => entry.port === undefined || entry.port === port);
  const named = (host: string, port: number): boolean =>
    matching(port).some((entry) => entry.kind === 'host' && entry.host === host);
  const underPattern = (host: string, port: number): boolean =>
    matching(port).some((entry) => entry.kind === 'any' || (entry.kind === 'domain' && host.endsWith(entry.suffix)));
  const listed = (address: string, port: number): boolean =>
    matching(port).some((entry) => entry.kind === 'addresses' && entry.list.check(address, family(address)));

  const addressProblem: AllowList['addressProblem'] = (host, port, address) => {
    if (named(host, port) || listed(address, port)) return undefined;
    if (!underPattern(host, port)) return `${host}:${port} is not on the list`;
    const kind = specialKind(address);
    if (kind === undefined) return undefined;
    // The addresses behind a name are not told: they may be the map of a network that the asker does not know.
    return host === address ? `${host} is ${kind}` : `${host} leads to ${kind}`;
  };
  return {
    addressProblem,
    hostProblem(host, port) {
      if (isIP(host) !== 0) return addressProblem(host, port, host);
      if (host === 'localhost' || host.endsWith('.localhost')) return addressProblem(host, port, '127.0.0.1');
      // A name may lead to a listed address: that is seen when it is looked up.
      const undecided = matching(port).some((entry) => entry.kind === 'addresses');
      return named(host, port) || underPattern(host, port) || undecided
        ? undefined
        : `${host}:${port} is not on the list`;
    },
  };
}
