// Lets many clients share PGlite's single session, one whole unit of work at a time.
//
//   free --(any message of a client)--> owned --(Sync or Query done, no transaction open)--> free
//                                         |
//                                         +--(the client is gone)--> Sync, ROLLBACK --> free
//
// The package's own queue takes turns message by message: between the Parse and the Bind of one client it lets another's Parse
// in, so that under load a client runs the statement of its neighbour (seen: `portal "" does not exist`). Here a client owns
// the session from its first message to the end of its statement, or of its transaction.
import type { PGlite } from '@electric-sql/pglite';

const QUERY = 'Q'.charCodeAt(0);
const SYNC = 'S'.charCodeAt(0);
const FUNCTION_CALL = 'F'.charCodeAt(0);
const TERMINATE = 'X'.charCodeAt(0);
/** A start-up packet has no type byte: it begins with its length, whose highest byte is zero. */
const STARTUP = 0;
const SYNC_MESSAGE = new Uint8Array([SYNC, 0, 0, 0, 4]);

interface Entry {
  client: number;
  run(): Promise<number>;
  /** Whether the unit of work is over when this has run. */
  last: boolean;
  resolve(bytes: number): void;
  reject(error: unknown): void;
}

/** What the package's socket handler calls on its queue. */
export interface SessionQueue {
  /** Runs one protocol message when it is the client's turn; resolves with the number of bytes answered. */
  enqueue(client: number, message: Uint8Array, onData: (data: Uint8Array) => void): Promise<number>;
  clearQueueForHandler(client: number): void;
  clearTransactionIfNeeded(client: number): Promise<void>;
  getQueueLength(): number;
}

/** Builds the queue in front of one database. */
export function createSessionQueue(
  db: Pick<PGlite, 'execProtocolRawStream' | 'execProtocolRaw' | 'exec' | 'isInTransaction'>,
): SessionQueue {
  let waiting: Entry[] = [];
  let owner: number | undefined;
  let running = false;

  function next(): Entry | undefined {
    const index = owner === undefined ? 0 : waiting.findIndex((entry) => entry.client === owner);
    return index < 0 ? undefined : waiting.splice(index, 1)[0];
  }

  async function work(): Promise<void> {
    if (running) return;
    running = true;
    for (let entry = next(); entry !== undefined; entry = next()) {
      try {
        const bytes = await entry.run();
        owner = entry.last && !db.isInTransaction() ? undefined : entry.client;
        entry.resolve(bytes);
      } catch (error) {
        owner = db.isInTransaction() ? entry.client : undefined;
        entry.reject(error);
      }
    }
    running = false;
  }

  function add(client: number, last: boolean, run: () => Promise<number>): Promise<number> {
    return new Promise((resolve, reject) => {
      waiting.push({ client, last, run, resolve, reject });
      void work();
    });
  }

  async function execute(message: Uint8Array, onData: (data: Uint8Array) => void): Promise<number> {
    let bytes = 0;
    await db.execProtocolRawStream(message, {
      onRawData: (data) => {
        bytes += data.length;
        onData(data);
      },
    });
    return bytes;
  }

  return {
    enqueue(client, message, onData) {
      const type = message[0] ?? TERMINATE;
      // Terminate would end the one session that all share; the socket's end says the same.
      if (type === TERMINATE) return Promise.resolve(0);
      const last = type === QUERY || type === SYNC || type === FUNCTION_CALL || type === STARTUP;
      return add(client, last, () => execute(message, onData));
    },
    clearQueueForHandler(client) {
      const gone = waiting.filter((entry) => entry.client === client);
      waiting = waiting.filter((entry) => entry.client !== client);
      for (const entry of gone) entry.reject(new Error('the client is gone'));
    },
    async clearTransactionIfNeeded(client) {
      if (owner !== client && !running) return;
      await add(client, true, async () => {
        if (owner !== client) return 0;
        await db.execProtocolRaw(SYNC_MESSAGE);
        if (db.isInTransaction()) await db.exec('ROLLBACK');
        return 0;
      });
    },
    getQueueLength: () => waiting.length,
  };
}
