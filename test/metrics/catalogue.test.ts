import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { labelMeanings, metricSpecs } from "../../src/metrics/catalogue.ts";

/** Units that no metric may be in: there is a base unit for each. */
const notBase = /_(ms|milliseconds|minutes|hours|days|kb|kilobytes|megabytes|percent)(_|$)/;

describe("the catalogue", () => {
  for (const { name, kind, unit, labels, help, buckets } of metricSpecs) {
    it(name, () => {
      assert.match(name, /^headgate(_[a-z]+)+$/);
      assert.doesNotMatch(name, notBase);
      assert.equal(name.endsWith("_total"), kind === "counter", "counters, and they alone, end in _total");
      const bare = name.replace(/_total$/, "");
      if (unit === "flag") assert.doesNotMatch(bare, /_(seconds|messages|bytes|ratio)$/);
      else assert.ok(bare.endsWith(`_${unit.replaceAll(" ", "_")}`), `${bare} ends in its unit, ${unit}`);
      assert.equal(/_info$/.test(name), /^Always 1;/.test(help));
      assert.match(help, /^[A-Z0-9].*\.$/);
      assert.doesNotMatch(help, /[|\n]/, "one cell of a table");
      assert.equal(new Set(labels).size, labels.length);
      for (const label of labels) assert.ok(label in labelMeanings, label);
      assert.equal(buckets !== undefined, kind === "histogram");
    });
  }

  it("says of each label what it stands for, and of no other", () => {
    const used = new Set<string>(metricSpecs.flatMap(({ labels }) => labels));
    assert.deepEqual([...used].sort(), Object.keys(labelMeanings).sort());
  });
});
