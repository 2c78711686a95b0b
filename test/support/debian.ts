/**
 * Programs out of Debian's packages, unpacked into the cache: nothing is installed, started or changed on the
 * machine, and it needs no root. For Debian and what descends from it.
 */
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cached, type Report, reportToStderr } from "./cache.ts";
import { type Finished, MissingCommand, run } from "./processes.ts";

export interface DebianPackages {
  /** The folder's name in the cache. */
  readonly name: string;
  readonly packages: readonly string[];
  /** Fetches what the packages need and this machine has not installed, too. */
  readonly dependencies: boolean;
}

const apt = async (folder: string, args: readonly string[]): Promise<Finished> => {
  // Lists, archives and logs of our own: those of the machine may be empty, old or out of reach.
  const own = { "Dir::State::lists": "lists", "Dir::Cache": "cache", "Dir::Log": "log" };
  const options = Object.entries(own).flatMap(([name, path]) => ["-o", `${name}=${join(folder, path)}`]);
  return run("apt-get", [...options, "-o", "Debug::NoLocking=1", "-q", ...args], {
    cwd: folder,
    env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" },
    timeoutMs: 900_000,
  });
};

const fetchPackages = async (wanted: DebianPackages, folder: string): Promise<void> => {
  const archives = join(folder, "cache", "archives");
  for (const path of [archives, join(folder, "lists"), join(folder, "log")])
    await mkdir(join(path, "partial"), { recursive: true });
  // A source of the machine's that cannot be reached is no failure, as long as the packages can be had.
  const updated = await apt(folder, ["update"]);
  const verb = wanted.dependencies
    ? ["-y", "--no-install-recommends", "--download-only", "install"]
    : ["download"];
  const got = await apt(folder, [...verb, ...wanted.packages]);
  if (got.code !== 0) {
    const said = `${updated.stderr}${got.stderr}`.split("\n").filter((line) => line.startsWith("E: "));
    throw new Error(said.at(-1) ?? `apt-get ended with ${got.code}`);
  }
  for (const place of [folder, archives])
    for (const file of (await readdir(place)).filter((name) => name.endsWith(".deb"))) {
      const unpacked = await run("dpkg", ["-x", join(place, file), join(folder, "tree")]);
      if (unpacked.code !== 0) throw new Error(`dpkg cannot unpack ${file}: ${unpacked.stderr.trim()}`);
      await rm(join(place, file));
    }
  for (const path of ["cache", "lists", "log"]) await rm(join(folder, path), { recursive: true });
};

/**
 * The folder that the packages are unpacked in, as it were the file system's root. Fetched where the cache has
 * none. Rejects with one line that says what is missing.
 */
export const debianPackages = async (
  wanted: DebianPackages,
  report: Report = reportToStderr,
): Promise<string> => {
  const fill = async (folder: string): Promise<void> => {
    report(`${wanted.name}: fetching Debian's packages (${wanted.packages.join(", ")}) ...`);
    const startedAt = performance.now();
    await fetchPackages(wanted, folder).catch((error: unknown) => {
      if (error instanceof MissingCommand)
        throw new Error(`${wanted.name} is not on the PATH, and to fetch it from Debian: ${error.message}`);
      throw new Error(`${wanted.name} cannot be fetched: ${error instanceof Error ? error.message : error}`);
    });
    report(`${wanted.name}: fetched in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  };
  return join(await cached(wanted.name, fill), "tree");
};
