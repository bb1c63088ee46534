// A coordinator's side of the AMQP transport for msgflo-nodejs: makes, removes and lists edges, reports the data on them, and
// hears participants announce themselves. What it says about edges it has from the broker, not from its own memory.
import type { Channel } from 'amqplib';
import type { Callback, TransportMessage } from 'msgflo-nodejs';
import { type Binding, bind, edgesAmong, unbind } from './bindings.ts';
import { answer, Client, type ClientOptions } from './client.ts';
import { createDataTaps, type DataHandler, type DataTaps } from './data-taps.ts';
import { createManagement, type Management, managementUrlFor, vhostOf } from './management.ts';
import { DISCOVERY_QUEUE } from './names.ts';

type BindingsCallback = (error: Error | null, bindings?: Binding[]) => void;

export class MessageBroker extends Client {
  private readonly management: Management;
  private readonly taps: DataTaps;
  private turn: Promise<unknown> = Promise.resolve();

  constructor(address: string, options: ClientOptions = {}) {
    super(address, options);
    this.management = createManagement(managementUrlFor(address, options.managementUrl), vhostOf(address));
    this.taps = createDataTaps({
      connection: () => this.connection,
      bindings: () => this.management.bindings(),
      inTurn: (change) => this.inTurn(change),
      log: this.log,
    });
  }

  override disconnect(callback: Callback): void {
    this.taps.close();
    super.disconnect(callback);
  }

  /** Makes an edge. It is there when the callback is called without an error, and outlives both connection and broker. */
  addBinding(binding: Binding, callback: Callback): void {
    answer(
      this.inTurn(() => bind(this.connection, binding)),
      callback,
    );
  }

  /** Removes an edge, its subscriptions first. No error where it is not there. Other edges keep what they share with it. */
  removeBinding(binding: Binding, callback: Callback): void {
    const remove = async (): Promise<void> => {
      const shared = await this.sharesDeadletter(binding);
      await this.taps.endAll(binding);
      await unbind(this.connection, shared ? { ...binding, deadletter: undefined } : binding);
    };
    answer(this.inTurn(remove), callback);
  }

  /**
   * The edges that the broker has now, whoever made them; an error where its management API does not answer. `from` is in the
   * signature of msgflo-nodejs's own broker, which does not use it either.
   */
  listBindings(from: unknown, callback: BindingsCallback): void;
  listBindings(callback: BindingsCallback): void;
  listBindings(first: unknown, second?: BindingsCallback): void {
    const callback = second ?? (first as BindingsCallback);
    this.edges().then(
      (edges) => callback(null, edges),
      (error: Error) => callback(error),
    );
  }

  /**
   * Calls the handler with the data that pass over an edge, from the callback on. An error where the edge is not bound or there
   * is no connection now. A subscription outlives a reconnect, and ends with its edge (the log says so). A handler that is
   * slower than the flow misses data and holds up nobody else.
   */
  subscribeData(binding: Binding, handler: DataHandler, callback: Callback): void {
    answer(
      this.inTurn(() => this.taps.subscribe(binding, handler)),
      callback,
    );
  }

  unsubscribeData(binding: Binding, handler: DataHandler, callback: Callback): void {
    answer(
      this.inTurn(() => this.taps.unsubscribe(binding, handler)),
      callback,
    );
  }

  /** The bindings that are subscribed to, each edge once. */
  listSubscriptions(callback: BindingsCallback): void {
    callback(null, this.taps.list());
  }

  /** Calls back for each announcement heard. The handler answers it with `ackMessage` or `nackMessage`. */
  subscribeParticipantChange(handler: (message: TransportMessage) => void): void {
    const declare = async (channel: Channel): Promise<void> => {
      await channel.assertQueue(DISCOVERY_QUEUE, { durable: true });
    };
    const failed = (error: unknown): void => this.log.error({ err: error }, 'cannot listen for participants');
    this.connection.declare(declare).catch(failed);
    this.subscribeToQueue(DISCOVERY_QUEUE, handler, (error) => error && failed(error));
  }

  /** Changes are made one after the other, as they were asked for, so that an edge never goes from under its new tap. */
  private inTurn<T>(change: () => Promise<T>): Promise<T> {
    const made = this.turn.then(change);
    this.turn = made.catch(() => {}); // whoever asked for it is told
    return made;
  }

  private async edges(): Promise<Binding[]> {
    return edgesAmong(await this.management.bindings());
  }

  /** Dead letters belong to the target: they stay while another edge to it wants them. */
  private async sharesDeadletter({ type, src, tgt, deadletter }: Binding): Promise<boolean> {
    if (type !== 'roundrobin' || !src || !deadletter) return false;
    const edges = await this.edges();
    return edges.some((edge) => edge.type === type && edge.src !== undefined && edge.src !== src && edge.tgt === tgt);
  }
}
