/** A headless browser, to see a page as a person does. */
import { existsSync, readdirSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import type { Report } from "./cache.ts";
import { debianPackages } from "./debian.ts";
import { isOnPath, run } from "./processes.ts";

export interface Browser {
  readonly path: string;
  readonly env: NodeJS.ProcessEnv;
  /** It shows pages of ours alone, and its sandbox does not run as root. */
  readonly args: readonly string[];
}

const args = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"];

/** Some libraries keep those that they need in a folder of their own, by a path that holds where they are installed. */
const libraryFolders = (folder: string): string[] => [
  folder,
  ...readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(folder, name)),
];

/** Chromium on the PATH, or out of Debian's package with the libraries that the machine lacks. */
export const chromium = async (report?: Report): Promise<Browser> => {
  if (await isOnPath("chromium")) return { path: "chromium", env: process.env, args };
  const packages = ["chromium", "fonts-dejavu-core", "fontconfig-config"];
  const tree = await debianPackages({ name: "chromium", packages, dependencies: true }, report);
  const triplet = process.arch === "arm64" ? "aarch64-linux-gnu" : "x86_64-linux-gnu";
  return {
    path: join(tree, "usr", "lib", "chromium", "chromium"),
    env: {
      ...process.env,
      LD_LIBRARY_PATH: libraryFolders(join(tree, "usr", "lib", triplet)).join(delimiter),
      // Fonts and their configuration are in the tree where the machine has none.
      XDG_DATA_HOME: join(tree, "usr", "share"),
      ...(existsSync(join(tree, "etc", "fonts")) ? { FONTCONFIG_PATH: join(tree, "etc", "fonts") } : {}),
    },
    args,
  };
};

/** Writes a picture (PNG) of the page at `url`, once it has loaded, to `file`. */
export const screenshot = async (url: string, file: string, width = 1280, height = 800): Promise<void> => {
  const browser = await chromium();
  const profile = await mkdtemp(join(tmpdir(), "headgate-chromium-"));
  try {
    const options = [
      `--user-data-dir=${profile}`,
      `--screenshot=${file}`,
      `--window-size=${width},${height}`,
    ];
    const { code, stderr } = await run(browser.path, [...browser.args, ...options, url], {
      env: browser.env,
    });
    if (code !== 0 || !stderr.includes("written to file")) throw new Error(`no picture of ${url}: ${stderr}`);
  } finally {
    await rm(profile, { recursive: true, force: true });
  }
};
