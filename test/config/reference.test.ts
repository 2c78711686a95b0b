import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { configurationReference } from "../../src/config/reference.ts";

describe("docs/configuration.md", () => {
  // npm run docs writes it anew.
  it("is what schema and rules say", (t) => {
    const path = fileURLToPath(new URL("../../docs/configuration.md", import.meta.url));
    t.assert.fileSnapshot(configurationReference(), path, { serializers: [(page: string) => page] });
  });
});
