// Makes text that others wrote safe to print: names and reasons come from programs that nobody here knows.

/** Control characters, which could move the cursor or clear the screen, become a question mark. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}|[\u2028\u2029]/gu, '?');
}
