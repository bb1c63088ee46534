// Which IP addresses are public, and in words what the others are. After IANA's registries of special-purpose addresses.
import { BlockList, isIP } from 'node:net';

const RANGES: Record<string, readonly string[]> = {
  'a loopback address': ['127.0.0.0/8', '::1/128'],
  'a private address': ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7', 'fec0::/10'],
  'a link-local address': ['169.254.0.0/16', 'fe80::/10'],
  'an address shared by the customers of a provider': ['100.64.0.0/10'],
  'a multicast address': ['224.0.0.0/4', 'ff00::/8'],
  'a reserved address': [
    '0.0.0.0/8',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.88.99.0/24',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '240.0.0.0/4',
    '2001::/23',
    '2001:db8::/32',
    // 6to4: an IPv4 address, perhaps a private one, inside an IPv6 address.
    '2002::/16',
    '3fff::/20',
  ],
};

/** Ranges in CIDR form, IPv4 and IPv6, as one list. */
export function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix = ''] = range.split('/');
    list.addSubnet(network, Number(prefix), family(network));
  }
  return list;
}

export function family(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** The only part of IPv6 from which public addresses are given out. All else (mapped IPv4, NAT64, unspecified, …) is special. */
const IPV6_PUBLIC = blockList(['2000::/3']);

const special = Object.entries(RANGES).map(([kind, ranges]) => ({ kind, list: blockList(ranges) }));

/** What kind of address it is, for a sentence (`127.0.0.1 is a loopback address`); undefined where it is public. */
export function specialKind(address: string): string | undefined {
  const kind = special.find(({ list }) => list.check(address, family(address)))?.kind;
  if (kind !== undefined || isIP(address) === 4) return kind;
  return IPV6_PUBLIC.check(address, 'ipv6') ? undefined : 'a reserved address';
}
