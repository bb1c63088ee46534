// Whether a client knows the secret. Comparing takes the same time whatever it gives, so that the time tells nothing.
import { createHash, timingSafeEqual } from 'node:crypto';

/** Longer texts are no secret, and are not worth hashing. */
const LONGEST = 1024;

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Where no secret is set, nobody knows it. */
export function secretCheck(secret: string): (given: unknown) => boolean {
  const wanted = digest(secret);
  return (given) =>
    typeof given === 'string' &&
    given.length <= LONGEST &&
    timingSafeEqual(digest(given), wanted) &&
    secret !== '' &&
    given !== '';
}

/** What stands behind `Bearer` in a request's `authorization`; '' where nothing does. */
export function bearerOf({ authorization }: { authorization?: string | undefined }): string {
  return /^Bearer (.+)$/i.exec(authorization ?? '')?.[1] ?? '';
}
