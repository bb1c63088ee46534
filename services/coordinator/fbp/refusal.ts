// A request that is not done, and why, in words for the client that asked.

export class Refusal extends Error {
  override readonly name = 'Refusal';
}
