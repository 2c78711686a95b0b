/**
 * YAML's nodes as plain values, each with its place in the text, in one walk: aliases followed, `${NAME}` taken
 * from the environment. What the YAML library leaves open is bounded here: depth, and what aliases multiply.
 */
import { isAlias, isMap, isScalar, isSeq } from "yaml";
import { type Environment, substitute } from "./environment.ts";
import type { Fault, Path, Written } from "./problem.ts";

const maxDepth = 32;
/** With aliases followed: a few lines of YAML can stand for billions of values. */
const maxValues = 200_000;

/** Where a value stands. `offset` is that of its key, or of the item of a list. */
export type Place = { readonly offset: number } & Content;

/** Of a scalar what the text says, `${NAME}` as it stands; of the others the places in them. */
type Content =
  | { readonly kind: "scalar"; readonly written: Written }
  | { readonly kind: "list" | "mapping"; readonly inner: ReadonlyMap<string | number, Place> };

export interface Tree {
  readonly value: unknown;
  readonly place: Place;
  /** What is wrong whatever the keys mean. */
  readonly faults: readonly Fault[];
  /** Why the walk was given up; `value` is then of no use. */
  readonly fatal?: { readonly says: string; readonly offset: number };
}

interface Built {
  readonly value: unknown;
  readonly content: Content;
  /** How many values it is made of. */
  readonly size: number;
}

/** `contents`: of a parsed document; null where the text is empty. */
export const buildTree = (contents: unknown, env: Environment): Tree => {
  const faults: Fault[] = [];
  const anchors = new Map<string, Built>();
  let values = 0;
  let fatal: Tree["fatal"];

  const visit = (node: unknown, path: Path, offset: number): Built => {
    const target = isAlias(node) ? anchors.get(node.source) : undefined;
    const before = values;
    values += target?.size ?? 1;
    if (values > maxValues) fatal ??= { says: `more than ${maxValues} values, aliases (*) followed`, offset };
    if (path.length > maxDepth) fatal ??= { says: tooDeep, offset };
    if (fatal !== undefined) return nothing;
    if (target !== undefined) return target;
    if (isAlias(node)) {
      const says = `is an alias of &${node.source}, which does not stand complete before it`;
      faults.push({ path, says, hideValue: true, final: true });
      return nothing;
    }
    const built = {
      ...(isMap(node)
        ? mapping(node.items, path, offset)
        : isSeq(node)
          ? list(node.items, path, offset)
          : scalar(isScalar(node) ? node.value : null, path)),
      size: values - before,
    };
    if ((isMap(node) || isSeq(node) || isScalar(node)) && node.anchor !== undefined)
      anchors.set(node.anchor, built);
    return built;
  };

  const mapping = (items: readonly { key: unknown; value: unknown }[], path: Path, offset: number) => {
    const value: Record<string, unknown> = {};
    const inner = new Map<string, Place>();
    for (const item of items) {
      const key = isScalar(item.key) && item.key.value !== null ? String(item.key.value) : "";
      const at = offsetOf(item.key) ?? offset;
      const refuse = (says: string): void => {
        faults.push({ path: [...path, key], says, hideValue: true, offset: at });
      };
      const built = visit(item.value, [...path, key], at);
      // An object takes this key for its prototype.
      if (key === "__proto__") refuse("is not a key that can be used");
      else if (inner.has(key)) refuse("stands twice; one of the two must go");
      else {
        value[key] = built.value;
        inner.set(key, { offset: at, ...built.content });
      }
    }
    return { value, content: { kind: "mapping", inner } } as const;
  };

  const list = (items: readonly unknown[], path: Path, offset: number) => {
    const value: unknown[] = [];
    const inner = new Map<number, Place>();
    for (const [index, item] of items.entries()) {
      const at = offsetOf(item) ?? offset;
      const built = visit(item, [...path, index], at);
      value.push(built.value);
      inner.set(index, { offset: at, ...built.content });
    }
    return { value, content: { kind: "list", inner } } as const;
  };

  const scalar = (written: unknown, path: Path) => {
    const content = { kind: "scalar", written: written as Written } as const;
    if (typeof written !== "string") return { value: written, content };
    const substituted = substitute(written, env);
    if (!substituted.ok) faults.push({ path, says: substituted.says, final: true });
    return { value: substituted.ok ? substituted.text : "", content };
  };

  const { value, content } = visit(contents, [], 0);
  return { value, place: { offset: 0, ...content }, faults, ...(fatal === undefined ? {} : { fatal }) };
};

export const tooDeep = `values are nested too deeply; at most ${maxDepth} levels`;

const nothing: Built = { value: null, content: { kind: "scalar", written: null }, size: 1 };

const offsetOf = (node: unknown): number | undefined =>
  isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
