// A wire between a client and its broker that a test can cut, stall, or have say something that the client never said.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Scope } from './broker.ts';

type End = 'client' | 'broker';

export interface Wire {
  /** The broker's URL, through the wire. */
  url: string;
  /** How many connections were made so far, refused ones too. */
  connections(): number;
  /** How many times the wire was cut so far while something was connected. */
  cuts(): number;
  /** Destroys all connections now, on both sides (a TCP reset). */
  cut(): void;
  /** Cuts when so many more bytes have come from one end: they still arrive at the other, so the last frame is half a frame. */
  cutAfter(bytes: number, from?: End): void;
  /** Nothing moves any more and nothing is closed, as in a network that swallows packets. New connections get no answer. */
  stall(): void;
  /** Everything moves again, what was held back first. */
  flow(): void;
  /** New connections are reset at once, or taken again. */
  refuse(on: boolean): void;
  /**
   * Answers a message that was never delivered, on each channel on which something is consumed. The broker closes the channel
   * for it (406), not the connection. Returns how many channels that were.
   */
  badAck(): number;
}

// A frame of AMQP 0-9-1: type (1 byte), channel (2), size of the payload (4), payload, 0xCE. A method's payload begins with its
// class and its number (2 bytes each).
const PROTOCOL_HEADER_BYTES = 8;
const HEADER_BYTES = 7;
const METHOD_BYTES = HEADER_BYTES + 4;
const METHOD_FRAME = 1;
const FRAME_END = 0xce;
const BASIC = 60;
const CONSUME = 20;
const ACK = 80;
const UNKNOWN_TAG = 0xffff_fffen;

function badAckFrame(channel: number): Buffer {
  const payloadBytes = 13;
  const frame = Buffer.alloc(HEADER_BYTES + payloadBytes + 1);
  frame.writeUInt8(METHOD_FRAME, 0);
  frame.writeUInt16BE(channel, 1);
  frame.writeUInt32BE(payloadBytes, 3);
  frame.writeUInt16BE(BASIC, HEADER_BYTES);
  frame.writeUInt16BE(ACK, HEADER_BYTES + 2);
  frame.writeBigUInt64BE(UNKNOWN_TAG, HEADER_BYTES + 4); // the last payload byte is the flag `multiple`: no
  frame.writeUInt8(FRAME_END, frame.length - 1);
  return frame;
}

/** Follows what a client sends, however it is cut into chunks: where frames end, and on which channels it consumes. */
function followFrames() {
  const consuming = new Set<number>();
  let head = Buffer.alloc(0);
  let left = PROTOCOL_HEADER_BYTES; // of the frame, or of what comes before the first frame
  let begun = false;
  return {
    consuming,
    betweenFrames: () => left === 0 && head.length === 0,
    /** Reads a chunk; returns the offset behind the first frame that ends in it, if any. */
    read(chunk: Buffer): number | undefined {
      let firstEnd: number | undefined;
      for (let at = 0; at < chunk.length; ) {
        if (left === 0) {
          const taken = chunk.subarray(at, at + METHOD_BYTES - head.length);
          head = Buffer.concat([head, taken]);
          at += taken.length;
          // The shortest frame, a heartbeat, has 8 bytes: fewer than are wanted to know a method.
          if (head.length < HEADER_BYTES + 1) continue;
          const size = head.readUInt32BE(3);
          const whole = HEADER_BYTES + size + 1;
          if (head.length > whole) {
            at -= head.length - whole; // these belong to the next frame
            head = head.subarray(0, whole);
          } else if (head.length < METHOD_BYTES && head.length < whole) continue;
          if (head[0] === METHOD_FRAME && head.readUInt16BE(7) === BASIC && head.readUInt16BE(9) === CONSUME)
            consuming.add(head.readUInt16BE(1));
          left = whole - head.length;
        } else {
          const skipped = Math.min(left, chunk.length - at);
          left -= skipped;
          at += skipped;
        }
        if (left > 0) continue;
        head = Buffer.alloc(0);
        if (begun) firstEnd ??= at;
        begun = true;
      }
      return firstEnd;
    },
  };
}

interface Link {
  near: Socket;
  far: Socket;
  frames: ReturnType<typeof followFrames>;
  /** What is put in when the frame that is passing has ended. */
  waiting: Buffer[];
}

/** A wire to the broker at `url`. Gone, with all connections, when the scope ends. */
export async function openWire(scope: Scope, url: string): Promise<Wire> {
  const { hostname, port } = new URL(url);
  const links = new Set<Link>();
  /** Every socket that is not closed yet, of links that were cut too. */
  const sockets = new Set<Socket>();
  let connections = 0;
  let cuts = 0;
  let refusing = false;
  let stalled = false;
  let limit: { from: End; bytes: number } | undefined;

  const cut = (spared?: Socket): void => {
    if (links.size > 0) cuts += 1;
    for (const { near, far } of links) for (const end of [near, far]) if (end !== spared) end.resetAndDestroy();
    links.clear();
  };

  function pass(link: Link, from: End, bytes: Buffer): void {
    const to = from === 'client' ? link.far : link.near;
    if (limit?.from === from) {
      if (bytes.length >= limit.bytes) {
        to.end(bytes.subarray(0, limit.bytes)); // in order: a reset would overtake the bytes
        limit = undefined;
        cut(to);
        return;
      }
      limit.bytes -= bytes.length;
    }
    const frameEnd = from === 'client' ? link.frames.read(bytes) : undefined;
    if (frameEnd === undefined || link.waiting.length === 0) to.write(bytes);
    else to.write(Buffer.concat([bytes.subarray(0, frameEnd), ...link.waiting.splice(0), bytes.subarray(frameEnd)]));
  }

  const server = createServer({ noDelay: true }, (near) => {
    connections += 1;
    near.on('error', () => {});
    if (refusing) return void near.resetAndDestroy();
    const far = connect({ port: Number(port || 5672), host: hostname, noDelay: true });
    const link: Link = { near, far, frames: followFrames(), waiting: [] };
    links.add(link);
    for (const end of [near, far]) {
      sockets.add(end);
      end.on('close', () => sockets.delete(end)).on('close', () => links.delete(link));
    }
    near.on('close', () => far.end());
    far.on('error', () => {}).on('close', () => near.end());
    near.on('data', (bytes) => pass(link, 'client', bytes));
    far.on('data', (bytes) => pass(link, 'broker', bytes));
    if (stalled) for (const end of [near, far]) end.pause();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scope.after(async () => {
    for (const end of sockets) end.destroy();
    server.close();
  });
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as AddressInfo).port);
  return {
    url: through.href,
    connections: () => connections,
    cuts: () => cuts,
    cut: () => cut(),
    cutAfter(bytes, from = 'client') {
      limit = { from, bytes };
    },
    stall() {
      stalled = true;
      for (const { near, far } of links) for (const end of [near, far]) end.pause();
    },
    flow() {
      stalled = false;
      for (const { near, far } of links) for (const end of [near, far]) end.resume();
    },
    refuse(on) {
      refusing = on;
    },
    badAck() {
      let channels = 0;
      for (const { far, frames, waiting } of links) {
        const bad = [...frames.consuming].map(badAckFrame);
        channels += bad.length;
        if (frames.betweenFrames()) far.write(Buffer.concat(bad));
        else waiting.push(...bad);
      }
      return channels;
    },
  };
}
