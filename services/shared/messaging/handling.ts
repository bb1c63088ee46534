// One call of a handler: its context, and how it went as a value. What is then done with the message stands in fate.ts.
import { ItemError } from '../errors.ts';
import {
  type Answer,
  type BatchInPort,
  type Delivery,
  type HandlerContext,
  type Outgoing,
  RetryLater,
  type SingleInPort,
} from './types.ts';

export type Outcome =
  | { kind: 'answered'; outputs: readonly Outgoing[] }
  | { kind: 'retry'; reason: string; delayMs?: number; error?: unknown }
  | { kind: 'failed'; code: string; reason: string };

const NOTHING: Outcome = { kind: 'answered', outputs: [] };

// biome-ignore lint/suspicious/noConfusingVoidType: a handler that only listens returns nothing
function answered(answer: Answer | void): Outcome {
  if (answer === undefined) return NOTHING;
  if ('port' in answer) return { kind: 'answered', outputs: [answer] };
  if (Array.isArray(answer)) return { kind: 'answered', outputs: answer };
  throw new TypeError('a handler answers with nothing, an output {port, data}, or several');
}

/** What a thrown value says, whatever it is. */
export function textOf(error: unknown): string {
  try {
    return error instanceof Error ? error.message : String(error);
  } catch {
    return 'something was thrown that has no words';
  }
}

/** What a thrown value means for the message. */
export function outcomeOfError(error: unknown): Outcome {
  if (error instanceof ItemError) return { kind: 'failed', code: error.code, reason: error.message };
  if (error instanceof RetryLater) return { kind: 'retry', reason: error.message, delayMs: error.delayMs };
  return { kind: 'retry', reason: textOf(error), error };
}

export class Handling implements HandlerContext {
  readonly role: string;
  readonly replica: string;
  readonly cancel: HandlerContext['cancel'];
  private controller: AbortController | undefined;
  private ended: { reason: Error } | undefined;
  private onEnd: ((reason: Error) => void) | undefined;
  /** Where it stands among those that run. */
  place = 0;
  /** What it works on; for a batch, nothing. */
  delivery: Delivery | undefined;

  /** `surroundings`: what all handlers of a participant have in common. */
  constructor({ role, replica, cancel }: Omit<HandlerContext, 'signal'>) {
    this.role = role;
    this.replica = replica;
    this.cancel = cancel;
  }

  /** Made when it is first asked for: most handlers never do, and a signal costs more than a small message. */
  get signal(): AbortSignal {
    this.controller ??= new AbortController();
    if (this.ended) this.controller.abort(this.ended.reason);
    return this.controller.signal;
  }

  /** Does not wait for the handler any longer: its signal fires, and the outcome is as if it had thrown `reason`. */
  end(reason: Error): void {
    if (this.ended) return;
    this.ended = { reason };
    this.onEnd?.(reason);
    this.controller?.abort(reason);
  }

  /** The outcome of what the handler has returned; of the reason, where it is ended or takes longer than `limitMs` before. */
  private async outcomes<T>(work: Promise<T>, limitMs: number, read: (answer: T) => Outcome[]): Promise<Outcome[]> {
    const cut = Promise.withResolvers<never>();
    this.onEnd = cut.reject;
    const overdue = setTimeout(
      () => this.end(new RetryLater(`the handler took longer than ${limitMs / 1000} s`)),
      limitMs,
    );
    try {
      return read(await Promise.race([work, cut.promise]));
    } finally {
      clearTimeout(overdue);
      this.onEnd = undefined;
    }
  }

  /** Runs the handler of a port for one delivery. A handler that answers at once costs no promise and no timer. Never rejects. */
  run(port: SingleInPort<unknown>, delivery: Delivery, limitMs: number): Outcome | Promise<Outcome> {
    this.delivery = delivery;
    try {
      const answer = port.handle(delivery, this);
      if (answer === undefined || !('then' in answer)) return answered(answer);
      return this.outcomes(answer, limitMs, (value) => [answered(value)]).then(([outcome]) => outcome!, outcomeOfError);
    } catch (error) {
      return outcomeOfError(error);
    }
  }

  /** Runs the handler of a port for several deliveries. Never rejects. */
  async runBatch(port: BatchInPort<unknown>, deliveries: readonly Delivery[], limitMs: number): Promise<Outcome[]> {
    try {
      return await this.outcomes(port.handleBatch(deliveries, this), limitMs, (answers) => {
        if (answers.length !== deliveries.length) {
          throw new Error(`the batch handler answered ${answers.length} of ${deliveries.length} messages`);
        }
        return answers.map((answer) => (answer instanceof Error ? outcomeOfError(answer) : answered(answer)));
      });
    } catch (error) {
      return deliveries.map(() => outcomeOfError(error));
    }
  }
}
