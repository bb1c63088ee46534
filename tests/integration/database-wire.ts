// The wire between a service and its database, as something that a test can cut or freeze.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A wire to the database that can be cut (connections are refused) or frozen (nothing moves). */
export async function databaseWire(t: Pick<TestContext, 'after'>, databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl);
  const open = new Set<Socket>();
  let state: 'whole' | 'cut' | 'frozen' = 'whole';
  const server = createServer({ noDelay: true }, (near) => {
    open.add(near);
    near.on('error', () => near.destroy()).on('close', () => open.delete(near));
    if (state === 'cut') return void near.destroy();
    const far = connect({ port: Number(port), host: hostname, noDelay: true });
    open.add(far);
    far.on('error', () => far.destroy()).on('close', () => near.destroy());
    near.on('close', () => far.destroy());
    near.on('data', (bytes) => state === 'whole' && far.write(bytes));
    far.on('data', (bytes) => state === 'whole' && near.write(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const closeAll = () => {
    for (const socket of open) socket.destroy();
  };
  t.after(() => {
    closeAll();
    server.close();
  });
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    set(next: typeof state) {
      state = next;
      if (next === 'cut') closeAll();
    },
  };
}
