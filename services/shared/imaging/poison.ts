// The source that ends the worker that opens it: taken as any other at the front door, as nobody there can know.

/** No picture, and not among the samples: `./lab fault poison` sends it. */
export const POISON = 'sample:poison';
