// How many messages a replica has in its hands, as it says itself on its page of metrics.
import { get } from 'node:http';

const METRIC = /^queuelab_messages_in_hand(?:\{[^}]*\})? (\S+)$/gm;
/** A scale-down does not wait for one that hangs: who does not answer is busy. */
const ANSWER_MS = 300;
const LONGEST_PAGE = 1024 * 1024;

/** The sum over its ports; undefined where the page does not say. */
export function readInHand(page: string): number | undefined {
  const values = [...page.matchAll(METRIC)].map(([, value]) => Number(value));
  if (values.length === 0 || values.some((value) => !Number.isFinite(value))) return undefined;
  return values.reduce((sum, value) => sum + value, 0);
}

/** Never rejects. */
export function askInHand(address: string | undefined): Promise<number | undefined> {
  if (address === undefined) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const request = get(`http://${address}/metrics`, { agent: false }, (response) => {
      let page = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        page += part;
        if (page.length > LONGEST_PAGE) request.destroy();
      });
      response.on('end', () => resolve(response.statusCode === 200 ? readInHand(page) : undefined));
    });
    const limit = setTimeout(() => request.destroy(), ANSWER_MS);
    request.on('error', () => {});
    request.on('close', () => {
      clearTimeout(limit);
      resolve(undefined);
    });
  });
}
