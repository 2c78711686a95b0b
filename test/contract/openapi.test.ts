import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { openapi } from "../../src/contract/openapi.ts";
import { problems } from "../../src/contract/problem.ts";

describe("the OpenAPI document", () => {
  it("is valid OpenAPI 3.1", async () => {
    const validator = new Validator();
    const result = await validator.validate(openapi("1.2.3"));
    assert.deepEqual(result, { valid: true });
    assert.equal(validator.version, "3.1");
  });

  it("carries the version of the daemon and survives JSON", () => {
    const document = openapi("1.2.3");
    assert.equal((document.info as { version: string }).version, "1.2.3");
    assert.deepEqual(JSON.parse(JSON.stringify(document)), document);
  });

  it("names each schema it refers to, and refers to nothing outside", () => {
    const text = JSON.stringify(openapi("1.2.3"));
    const { schemas } = openapi("1.2.3").components as { schemas: Record<string, unknown> };
    const refs = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref));
    const names = Object.keys(schemas).map((name) => `#/components/schemas/${name}`);
    assert.deepEqual(
      [...refs].filter((ref) => ref === undefined || !names.includes(ref)),
      [],
    );
    assert.ok(refs.size > 0);
    assert.ok(!text.includes('"$id"') && !text.includes('"$schema"'));
  });

  it("has a different operationId for each operation", () => {
    const ids = [...JSON.stringify(openapi("1")).matchAll(/"operationId":"([^"]+)"/g)].map(([, id]) => id);
    assert.equal(new Set(ids).size, ids.length);
  });
});

describe("the list of problems", () => {
  it("has each code once, in camelCase, with a status of an error", () => {
    assert.equal(new Set(problems.map(({ code }) => code)).size, problems.length);
    for (const { code, status } of problems) {
      assert.match(code, /^[a-z][a-zA-Z]+$/);
      assert.ok(status >= 400 && status < 600);
    }
  });
});
