// Acks and nacks as frames, straight to the socket. Through amqplib they take two more turns of the event loop, in which the
// broker waits for room to hand out more.
import type { Channel } from 'amqplib';
import { inside } from './amqplib-inside.ts';
import { BASIC, FRAME_END, FRAME_HEAD, METHOD } from './publish-frames.ts';

const ACK = 80;
const NACK = 120;
/** Class, method, delivery tag, flags. */
const PAYLOAD = 2 + 2 + 8 + 1;
const MULTIPLE = 1;
const REQUEUE = 2;

function answerFrame(channel: number, method: number, tag: number, flags: number): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEAD + PAYLOAD + 1);
  frame[0] = METHOD;
  frame.writeUInt16BE(channel, 1);
  frame.writeUInt32BE(PAYLOAD, 3);
  frame.writeUInt16BE(BASIC, FRAME_HEAD);
  frame.writeUInt16BE(method, FRAME_HEAD + 2);
  frame.writeBigUInt64BE(BigInt(tag), FRAME_HEAD + 4);
  frame[FRAME_HEAD + 12] = flags;
  frame[FRAME_HEAD + PAYLOAD] = FRAME_END;
  return frame;
}

/** Answers a delivery by its tag, or all up to it. */
export interface Answering {
  ack(tag: number, allUpTo: boolean): void;
  nack(tag: number, requeue: boolean): void;
}

/** Nobody may answer on this channel but through it: the order of answers matters. */
export function answering(channel: Channel): Answering {
  const { number, stream } = inside(channel);
  return {
    ack: (tag, allUpTo) => void stream.write(answerFrame(number, ACK, tag, allUpTo ? MULTIPLE : 0)),
    nack: (tag, requeue) => void stream.write(answerFrame(number, NACK, tag, requeue ? REQUEUE : 0)),
  };
}
