/** Holds an answer against the contract's schemas and against the OpenAPI document made out of them. */
import assert from "node:assert/strict";
import * as z from "zod";
import { components, openapi } from "../../src/contract/openapi.ts";

interface Operation {
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: object }> }>;
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: { readonly schemas: Record<string, object> };
}
const document = JSON.parse(JSON.stringify(openapi("0.1.0"))) as Document;

/** Any of them may come on any call. */
const ofEveryCall = [400, 404, 405, 413, 417, 500];

const templates = Object.keys(document.paths).map((template) => ({
  template,
  // A check is the same call on any path below.
  pattern: new RegExp(
    `^${template.replace("/v1/check/{gate}", "/v1/check/{gate}(?:/.*)?").replaceAll(/\{\w+\}/g, "[^/]*")}$`,
  ),
}));

/** The operation that a request is for; undefined where the document has none. */
export const operationOf = (method: string, path: string): Operation | undefined => {
  const [pathname = ""] = path.split("?");
  const found = templates.find(({ pattern }) => pattern.test(pathname));
  if (found === undefined) return undefined;
  const operations = document.paths[found.template];
  // HEAD is answered wherever GET is; a check takes methods that OpenAPI has no word for.
  const likeGet = method === "HEAD" || found.template.startsWith("/v1/check/");
  return operations?.[method.toLowerCase()] ?? (likeGet ? operations?.get : undefined);
};

const validators = new Map<string, z.ZodType>();

/** A validator out of the document alone. */
const validatorOf = (schema: object): z.ZodType => {
  const key = JSON.stringify(schema);
  const known = validators.get(key);
  if (known !== undefined) return known;
  const text = JSON.stringify({ ...schema, $defs: document.components.schemas });
  const made = z.fromJSONSchema(JSON.parse(text.replaceAll("#/components/schemas/", "#/$defs/")));
  validators.set(key, made);
  return made;
};

export interface AnswerToHold {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Fails where the answer is none that the contract knows for the request. */
export const assertConforms = (method: string, path: string, { status, type, text }: AnswerToHold): void => {
  // The files of the page are no calls.
  if (path.startsWith("/ui/") && status === 200) return;
  const what = `${method} ${path}: ${status} ${type}`;
  const operation = operationOf(method, path);
  const response = operation?.responses[status];
  if (response === undefined) {
    assert.ok(ofEveryCall.includes(status), `${what} is not in the contract`);
    assert.equal(type, "application/problem+json", what);
  } else if (response.content === undefined) {
    assert.equal(type + text, "", `${what} has a body`);
    return;
  } else assert.ok((type.split(";")[0] as string) in response.content, `${what} is not in the contract`);
  if (method === "HEAD") {
    assert.equal(text, "", `${what} has a body`);
    return;
  }
  // Lines of JSON are held against their own schemas where they are read.
  if (!type.includes("json") || type === "application/jsonl") return;

  const body: unknown = JSON.parse(text);
  const schema = response?.content?.[type]?.schema ?? { $ref: "#/components/schemas/Problem" };
  const byDocument = validatorOf(schema).safeParse(body);
  assert.ok(byDocument.success, `${what} does not fit the document: ${byDocument.error}\n${text}`);

  const name = "$ref" in schema ? String(schema.$ref).split("/").at(-1) : undefined;
  if (name === undefined) return;
  // What a schema does not know it would leave out.
  assert.deepEqual(components[name as keyof typeof components].parse(body), body, what);
  if (status >= 400) assert.equal((body as { status: number }).status, status, what);
};
