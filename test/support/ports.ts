/** Ports on the loopback that servers of ours may take. */
import { once } from "node:events";
import { createServer } from "node:net";

const isFree = async (port: number): Promise<boolean> => {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (free) {
    server.close();
    await once(server, "close");
  }
  return free;
};

/**
 * Distinct ports that nobody listens on. They lie below the ranges from which systems give ports to outgoing
 * connections, so that a stopped server finds its port free when it comes back.
 */
export const freePorts = async (count: number): Promise<readonly number[]> => {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = 15_000 + Math.floor(Math.random() * 17_000);
    if (!ports.has(port) && (await isFree(port))) ports.add(port);
  }
  return [...ports];
};
