/** What happens to a target, in order. `at` never goes back. */
import type { Override } from "../decision.ts";
import type { Observation } from "../observation.ts";
import type { Failure } from "../ports.ts";
import type { TargetSettings } from "../settings.ts";
import type { Instant } from "../units.ts";
import type { Report } from "./outcomes.ts";

export type TargetEvent =
  | { readonly event: "observed"; readonly at: Instant; readonly observation: Observation }
  | { readonly event: "pollFailed"; readonly at: Instant; readonly failure: Failure }
  /** Totals of messages; absent where they are not counted. */
  | { readonly event: "tick"; readonly at: Instant; readonly admitted?: number; readonly attempted?: number }
  | ({ readonly event: "outcomes"; readonly at: Instant } & Report)
  /** null ends one. */
  | { readonly event: "override"; readonly at: Instant; readonly override: Override | null }
  | { readonly event: "reconfigured"; readonly at: Instant; readonly settings: TargetSettings };
