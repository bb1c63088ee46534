// Who may connect at all. A page of any site that a person has open may try `ws://127.0.0.1`: the browser says from which site it is,
// and to which host name it connected, and those decide. Programs send no Origin.

export interface Asking {
  origin?: string | undefined;
  host?: string | undefined;
}

const hostnameOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).hostname : undefined);

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** A name that only a private network resolves, as `coordinator` in a compose file. No site on the internet can take it. */
const isServiceName = (hostname: string): boolean => /^[a-z0-9_-]*[a-z_-][a-z0-9_-]*$/.test(hostname);

/**
 * Why a client is turned away, or undefined where it is welcome.
 *
 * @param allowedOrigins as browsers send them: `https://lab.example.org`, without a path. Their host names are good as a Host, too
 */
export function refusalOf({ origin, host }: Asking, allowedOrigins: readonly string[] = []): string | undefined {
  const allowedHosts = allowedOrigins.map(hostnameOf);
  const hostname = host === undefined ? undefined : hostnameOf(`http://${host}/`);
  // A name that somebody else owns and points to this machine makes their page's Origin and Host agree (DNS rebinding).
  if (hostname === undefined) return 'a Host is wanted';
  if (!isLoopback(hostname) && !isServiceName(hostname) && !allowedHosts.includes(hostname)) {
    return 'this host name is not among those that are served';
  }
  if (origin === undefined || allowedOrigins.includes(origin)) return undefined;
  const from = hostnameOf(origin);
  return from !== undefined && isLoopback(from) ? undefined : 'pages of this origin may not connect';
}
