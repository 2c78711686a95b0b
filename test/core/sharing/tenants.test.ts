import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  createTenants,
  defaultTenant,
  findTenant,
  forgetTenants,
  mostUnlisted,
  otherTenant,
  plainTerms,
} from "../../../src/core/sharing/tenants.ts";

const config = new Map([
  ["acme", { ...plainTerms, weight: 3, maxPriority: "high" as const }],
  ["*", { ...plainTerms, weight: 2 }],
]);

describe("tenants", () => {
  it("are on their own terms, on those of *, or on the plain ones", () => {
    const tenants = createTenants(config);
    assert.deepEqual(
      [findTenant(tenants, "acme", 0).terms.weight, findTenant(tenants, "acme", 0).topRank],
      [3, 1],
    );
    assert.equal(findTenant(tenants, "somebody", 0).terms.weight, 2);
    assert.equal(findTenant(tenants, defaultTenant, 0).terms.weight, 2);
    assert.equal(findTenant(createTenants(new Map()), "somebody", 0).terms, plainTerms);
    assert.equal(findTenant(tenants, "*", 0).name, "*");
  });

  it("share one name beyond a thousand, until one of those was long unseen", () => {
    const tenants = createTenants(config);
    for (let index = 0; index < mostUnlisted; index += 1) findTenant(tenants, `t${index}`, index);
    assert.equal(findTenant(tenants, "late", 2000).name, otherTenant);
    assert.equal(findTenant(tenants, "acme", 2000).name, "acme");
    assert.equal(findTenant(tenants, "t5", 2000).name, "t5");
    forgetTenants(tenants, 600_000);
    assert.equal(findTenant(tenants, "late", 600_000).name, "late");
    assert.equal(findTenant(tenants, "later", 600_000).name, otherTenant);
    forgetTenants(tenants, 601_999);
    assert.equal(tenants.unlisted, 2);
    assert.deepEqual([...tenants.known.keys()], ["acme", defaultTenant, otherTenant, "t5", "late"]);
    for (const name of ["acme", defaultTenant, otherTenant]) assert.ok(tenants.known.has(name));
  });
});
