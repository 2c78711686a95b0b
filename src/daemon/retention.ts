/** What of a target's retention an operator should hear of: said once when it begins, and when it is over. */

import type { Assessment } from "../core/assessment.ts";
import { isNear, isTight } from "../core/controller/retention.ts";
import type { Log } from "../core/ports.ts";
import type { TargetSettings } from "../core/settings.ts";
import { brief } from "../core/units.ts";

/** Answers what looks at each assessment. */
export function watchRetention(target: string, log: Log) {
  let toldOf: string | undefined;
  let isForecast = false;
  return ({ retention, timeToLossSeconds }: Assessment, { policy }: TargetSettings): void => {
    if (retention === undefined) return;
    if (policy.kind === "setpoint" && isTight(policy.setpointSeconds, retention)) {
      const { setpointSeconds } = policy;
      const { seconds: retentionSeconds } = retention;
      const key = `${setpointSeconds} ${retentionSeconds}`;
      if (toldOf !== key)
        log.warn(
          { target, setpointSeconds, retentionSeconds },
          "its setpoint is more than a quarter of its retention: consumers that slow down may lose messages",
        );
      toldOf = key;
    }
    const forecast = isNear(timeToLossSeconds);
    if (forecast && !isForecast)
      log.warn(
        { target, timeToLossSeconds },
        `at the present rates messages are deleted unread in ${brief(timeToLossSeconds)} s`,
      );
    else if (!forecast && isForecast)
      log.info({ target }, "no message is about to be deleted unread any more");
    isForecast = forecast;
  };
}
