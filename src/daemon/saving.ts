/**
 * Hands what outlives a restart to the store, once a second: overrides at once, the states in turn, as many as
 * make half a megabyte, so that ten thousand parts cost no more time than ten.
 */
import type { TargetState } from "../core/controller/step.ts";
import { stateFormat, type WarmState, warmState } from "../core/controller/warm.ts";
import type { Override } from "../core/decision.ts";
import type { Saved, Store, Watch } from "../core/ports.ts";
import type { Instant } from "../core/units.ts";
import type { Target } from "./targets.ts";

export const saveMs = 1000;

/** Bytes of JSON, nearly. */
const mostBytes = 512 * 1024;

const overrideFormat = 1;

/** What was saved of one target. */
export interface SavedTarget {
  readonly override: unknown;
  /** Undefined where it is of something else than what is watched now. */
  readonly state: unknown;
}

/** A state is of what was watched: that of another queue is worth nothing. */
interface SavedState extends WarmState {
  readonly watch: Watch;
}

export const savedOf = (saved: readonly Saved[], { watch }: { readonly watch: Watch }): SavedTarget => {
  const find = (kind: Saved["kind"], format: number) =>
    saved.find((one) => one.target === watch.target && one.kind === kind && one.format === format)?.value;
  const state = find("state", stateFormat) as SavedState | undefined;
  const same = JSON.stringify(state?.watch) === JSON.stringify(watch);
  return { override: find("override", overrideFormat), state: same ? state : undefined };
};

/** Answers what saves all that is due. */
export function createSaving(store: Store): (targets: readonly Target[], at: Instant) => void {
  const overrides = new WeakMap<Target, Override | null>();
  const states = new WeakMap<Target, TargetState>();
  let turn = 0;

  const put = (target: string, kind: Saved["kind"], format: number, at: Instant, value: unknown): void =>
    store.save({ target, kind, format, at, value });

  const saveOverride = (one: Target, at: Instant): void => {
    const { override } = one.snapshot().state;
    // At first it is said of each target that it has none: one that was saved may have been ended meanwhile.
    if (overrides.get(one) === override) return;
    overrides.set(one, override);
    put(one.setup.target, "override", overrideFormat, at, override);
  };

  const saveState = (one: Target, at: Instant): number => {
    const { at: takenAt, state } = one.snapshot();
    if (states.get(one) === state) return 0;
    states.set(one, state);
    const value: SavedState = { ...warmState(state, takenAt), watch: one.setup.watch };
    put(one.setup.target, "state", stateFormat, at, value);
    return sizeOf(state);
  };

  return (targets, at) => {
    for (const one of targets) saveOverride(one, at);
    let bytes = 0;
    for (let count = 0; count < targets.length && bytes < mostBytes; count += 1) {
      const one = targets[turn % targets.length];
      turn += 1;
      if (one !== undefined) bytes += saveState(one, at);
    }
  };
}

/** In bytes of JSON, roughly: parts are nearly all there is of a large state. */
const sizeOf = ({ lag }: TargetState): number => 4096 + 400 * lag.parts.length;
