/** One target at work: feeds its events to the core's steps and keeps what the board shows. */

import type { TargetEvent } from "../core/controller/events.ts";
import { isNews } from "../core/controller/publish.ts";
import { beginTarget, stepTarget } from "../core/controller/step.ts";
import type { Answer, FailureKind, Watch } from "../core/ports.ts";
import type { TargetSettings } from "../core/settings.ts";
import type { Cell } from "../core/sharing/cell.ts";
import { type Instant, secondsBetween } from "../core/units.ts";
import type { TargetView } from "./board.ts";

export interface TargetSetup {
  readonly target: string;
  readonly broker: string;
  readonly watch: Watch;
  readonly settings: TargetSettings;
}

export interface Target {
  readonly setup: TargetSetup;
  view(): TargetView;
  /** The next observation is taken of what has been admitted by now. */
  beginSample(): void;
  answered(at: Instant, answer: Answer): void;
  tick(at: Instant): void;
  cell(): Cell;
  admitted(cell: Cell, cost: number, delayed: boolean): void;
  refused(cost: number): void;
}

export function createTarget(setup: TargetSetup, begunAt: Instant, nextVersion: () => string): Target {
  const { target, broker, settings } = setup;
  let attempted = 0;
  let admitted = 0;
  let delayed = 0;
  let refused = 0;
  let blindSeconds = 0;
  let observations = 0;
  const failures: Partial<Record<FailureKind, number>> = {};
  const decisions: Record<string, number> = {};
  let sampled = { admitted, attempted };
  let cell: Cell = { at: begunAt, owed: 0 };
  let lastTickAt = begunAt;

  let { state, decision, assessment } = beginTarget(target, settings, begunAt);
  let published = { ...decision, version: nextVersion() };

  const apply = (event: TargetEvent): void => {
    ({ state, decision, assessment } = stepTarget(state, event));
    if (!isNews(published, decision)) return;
    published = { ...decision, version: nextVersion() };
    const key = `${published.state} ${published.reason.signal}`;
    decisions[key] = (decisions[key] ?? 0) + 1;
  };

  return {
    setup,
    view: () => ({
      target,
      broker,
      settings,
      decision: published,
      assessment,
      counters: { attempted, admitted, delayed, refused, blindSeconds, observations, failures, decisions },
    }),
    beginSample() {
      sampled = { admitted, attempted };
    },
    answered(at, answer) {
      if (answer.kind === "failed") {
        failures[answer.failure.kind] = (failures[answer.failure.kind] ?? 0) + 1;
        apply({ event: "pollFailed", at, failure: answer.failure });
        return;
      }
      observations += 1;
      apply({ event: "observed", at, observation: { ...answer.observation, ...sampled } });
    },
    tick(at) {
      if (published.state === "blind") blindSeconds += Math.max(0, secondsBetween(lastTickAt, at));
      lastTickAt = at;
      apply({ event: "tick", at, admitted, attempted });
    },
    cell: () => cell,
    admitted(next, cost, wasDelayed) {
      cell = next;
      attempted += cost;
      admitted += cost;
      if (wasDelayed) delayed += cost;
    },
    refused(cost) {
      attempted += cost;
      refused += cost;
    },
  };
}
