/** The contract imports nothing of the core, so what both name is held together here. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { maxCost } from "../../src/contract/asker.ts";
import * as wireDecision from "../../src/contract/decision.ts";
import * as wireOverride from "../../src/contract/override.ts";
import * as wireSource from "../../src/contract/source.ts";
import * as wireTarget from "../../src/contract/target.ts";
import * as assessment from "../../src/core/assessment.ts";
import * as decision from "../../src/core/decision.ts";
import * as observation from "../../src/core/observation.ts";
import { failureKinds } from "../../src/core/ports.ts";
import { modes } from "../../src/core/settings.ts";
import type { PublishedDecision, SourceView } from "../../src/daemon/board.ts";

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Compiles only where both types are the same. */
const same = <A, B>(_same: Same<A, B>): void => {};

/** A value as the wire has it: an instant is a string, what is absent is null. */
type OnWire<T> = {
  [K in keyof Required<T>]: K extends "at" | "until" | "observedAt" | "validUntil" | "lastPollAt"
    ? string | Extract<T[K], null> | (undefined extends T[K] ? null : never)
    : Exclude<T[K], undefined> | (undefined extends T[K] ? null : never);
};

describe("contract and core agree", () => {
  it("on every list of words", () => {
    assert.deepEqual(wireDecision.decisionStates, decision.decisionStates);
    assert.deepEqual(wireDecision.reasonSignals, decision.reasonSignals);
    assert.deepEqual(wireOverride.overrideKinds, decision.overrideKinds);
    assert.deepEqual(wireDecision.modes, modes);
    assert.deepEqual(wireDecision.lagMethods, assessment.lagMethods);
    assert.deepEqual(wireDecision.trends, assessment.trends);
    assert.deepEqual(wireTarget.bases, assessment.bases);
    assert.deepEqual(wireTarget.statuses, assessment.statuses);
    assert.deepEqual(wireTarget.partFlags, assessment.partFlags);
    assert.deepEqual(wireTarget.qualities, observation.qualities);
    assert.deepEqual(wireTarget.groupStates, observation.groupStates);
    assert.deepEqual(wireSource.failureKinds, failureKinds);
  });

  it("on the types of a decision, a part and a source", () => {
    // `decidedAt` and what refusals are told are the daemon's own.
    same<
      OnWire<Omit<PublishedDecision, "decidedAt" | "retryAfterMs" | "shedding" | "override">> & {
        override: wireOverride.Override | null;
      },
      wireDecision.Decision
    >(true);
    same<OnWire<decision.Override>, wireOverride.Override>(true);
    same<
      Omit<OnWire<assessment.PartAssessment>, "flags"> & { flags: assessment.PartFlag[] },
      wireTarget.Part
    >(true);
    same<
      Omit<OnWire<SourceView>, "lastError" | "requests" | "errors">,
      Omit<wireSource.Source, "lastError" | "requests" | "errors">
    >(true);
    same<
      keyof assessment.Assessment | "timeToDrainMs" | "timeToLossMs",
      keyof wireTarget.Assessment | "parts" | "timeToDrainSeconds" | "timeToLossSeconds"
    >(true);
  });

  it("on how much one attempt may cost", () => assert.equal(maxCost, 1e6));
});
