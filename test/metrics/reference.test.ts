import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { metricsReference } from "../../src/metrics/reference.ts";

describe("docs/metrics.md", () => {
  // To write it anew: node --test --test-update-snapshots test/metrics/reference.test.ts
  it("is what the catalogue says", (t) => {
    const path = fileURLToPath(new URL("../../docs/metrics.md", import.meta.url));
    t.assert.fileSnapshot(metricsReference(), path, { serializers: [(page: string) => page] });
  });
});
