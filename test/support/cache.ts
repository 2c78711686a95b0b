/**
 * What tests bring from package registries is kept in one folder outside the repository, so that the second run
 * fetches nothing. Deleting the folder is always safe.
 */
import { mkdir, mkdtemp, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** One line of progress for whoever waits. */
export type Report = (line: string) => void;

export const reportToStderr: Report = (line) => process.stderr.write(`${line}\n`);

type Environment = Readonly<Record<string, string | undefined>>;

/** `HEADGATE_CACHE`, or a `headgate` folder where the platform keeps its caches. */
export const cacheFolder = (
  env: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
  home: string = homedir(),
): string => {
  if (env.HEADGATE_CACHE) return env.HEADGATE_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "headgate");
  if (platform === "darwin") return join(home, "Library", "Caches", "headgate");
  if (platform === "win32")
    return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "headgate", "cache");
  return join(home, ".cache", "headgate");
};

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const wasTaken = (error: unknown): boolean =>
  error instanceof Error && "code" in error && ["EEXIST", "ENOTEMPTY", "EPERM"].includes(String(error.code));

/**
 * The folder `name` of the cache. Where there is none, `fill` gets an empty folder to put the content in, which
 * takes its place by one rename: whoever finds the folder finds it whole. Of two processes that fill at once the
 * first wins and the other uses what is there. Rejects with what `fill` rejects with, and leaves nothing then.
 */
export const cached = async (
  name: string,
  fill: (folder: string) => Promise<void>,
  root: string = cacheFolder(),
): Promise<string> => {
  const folder = join(root, name);
  if (await exists(folder)) return folder;
  const parent = dirname(folder);
  let filling: string;
  try {
    await mkdir(parent, { recursive: true });
    filling = await mkdtemp(`${folder}.filling-`);
  } catch (error) {
    throw new Error(`Cannot write to the cache ${parent} (HEADGATE_CACHE names another): ${String(error)}`);
  }
  try {
    await fill(filling);
    await rename(filling, folder).catch(async (error: unknown) => {
      if (!(wasTaken(error) && (await exists(folder)))) throw error;
    });
  } finally {
    await rm(filling, { recursive: true, force: true });
  }
  return folder;
};
