// What can be set from outside: where the service is, and how much is sent. `k6 run -e RATE=4 …`; the README has the list.

/** The environment variable of that name, where it says something. */
function given(name: string): string | undefined {
  return __ENV[name] || undefined;
}

/** A number above 0. Complains by name, before anything is sent. */
export function number(name: string, fallback: number): number {
  const text = given(name);
  if (text === undefined) return fallback;
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new Error(`${name} must be a number above 0, got ${JSON.stringify(text)}`);
}

/** A duration as k6 writes it: `90s`, `1m30s`. */
export function duration(name: string, fallback: string): string {
  const text = given(name) ?? fallback;
  if (/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(text)) return text;
  throw new Error(`${name} must be a duration such as 30s or 1m30s, got ${JSON.stringify(text)}`);
}

/** yes or no */
export function yes(name: string, fallback: boolean): boolean {
  const text = given(name) ?? (fallback ? 'yes' : 'no');
  if (text === 'yes' || text === 'no') return text === 'yes';
  throw new Error(`${name} must be yes or no, got ${JSON.stringify(text)}`);
}

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 };

/** `1m30s` → 90 */
export function inSeconds(text: string): number {
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)].reduce(
    (sum, [, value, unit]) => sum + Number(value) * SECONDS[unit as keyof typeof SECONDS],
    0,
  );
}

/** Without the slash at its end. */
export const BASE_URL = (given('BASE_URL') ?? 'http://127.0.0.1:8080').replace(/\/$/, '');

/** The picture that is made smaller: a name of GET /samples. */
export function sample(fallback: string): string {
  return given('SAMPLE') ?? fallback;
}

/** The file into which the numbers go beside the table; its folder must be there. Undefined: a table is all. */
export const RESULTS = given('RESULTS');
