// Channels beside the flow that are kept open: opened at each new connection, and again where the broker closed one.
import { setTimeout as pause } from 'node:timers/promises';
import type { Channel, ChannelModel } from 'amqplib';
import type { Log } from '../log.ts';

/** Declares and consumes on a channel that has just been opened. */
export type Setup = (channel: Channel) => Promise<void>;

export interface KeptChannels {
  /** Opens one now. Rejects where the broker refuses its setup; it is not opened again then. */
  open(session: ChannelModel, setup: Setup): Promise<void>;
  /** The same, and tries on where that fails. */
  keep(session: ChannelModel, setup: Setup): void;
}

const REOPEN_PAUSE_MS = 1_000;

/** @param lives whether a connection is the one that is open now */
export function createKeptChannels(lives: (session: ChannelModel) => boolean, log: Log): KeptChannels {
  async function open(session: ChannelModel, setup: Setup): Promise<void> {
    const channel = await session.createChannel();
    channel.on('error', (error) => log.error({ err: error }, 'the broker closed a channel beside the flow'));
    try {
      await setup(channel);
    } catch (error) {
      await channel.close().catch(() => {}); // closed by the broker already: that is what was thrown
      throw error;
    }
    channel.on('close', () => {
      if (lives(session)) void reopen(session, setup);
    });
  }

  async function reopen(session: ChannelModel, setup: Setup): Promise<void> {
    for (let reported = ''; ; ) {
      await pause(REOPEN_PAUSE_MS);
      if (!lives(session)) return;
      try {
        return await open(session, setup);
      } catch (error) {
        const { message } = error as Error;
        if (message !== reported) log.warn({ err: message }, 'could not open a channel beside the flow: trying on');
        reported = message;
      }
    }
  }

  return { open, keep: (session, setup) => void open(session, setup).catch(() => void reopen(session, setup)) };
}
