/**
 * The limit: what delay alone allows. It knows the true capacity and queue as of each sample, and the true
 * demand; it obeys the same poll, age and refresh. Between samples it counts what was admitted, exactly.
 *
 *   L̂(t) = L(sample) + arrived since − μ(sample)·elapsed
 *
 * It also knows what every producer holds and when it asks again, so each grant is deadbeat: a producer that asks
 * for the next r seconds is given what brings lag to S*·μ by then, if all others send on as they do until they ask
 * again, and their even part of μ − λx from there on (`share`, for n producers):
 *
 *   x = share + (S*·μ − L̂ − Σ (sendsⱼ − share)·(seconds until j asks)) / r
 *   0 ≤ x ≤ share + 2·(S*·μ − L̂) / (n·r)
 *
 * The upper bound is for a demand that leaps: what all producers hold, sent in full until each asks again (after
 * r/2 on average), fills the line to the setpoint and no further.
 */
import type { Law } from "../law.ts";

export const oracle: Law = {
  name: "oracle",
  begin({ truth, setpointSeconds, refreshSeconds, claims }) {
    const producers = claims.length;
    const { stepSeconds, capacity, demand, exogenous, lag, arrived, held, refreshAt } = truth;
    /** A producer asks again after 90-100 % of the refresh interval. */
    const horizon = 0.95 * refreshSeconds;
    const indexAt = (at: number) => Math.min(capacity.length - 1, Math.max(0, Math.round(at / stepSeconds)));
    let sample = -1;
    let now = 0;

    const known = (at: number) => {
      const index = indexAt(at);
      const mu = capacity[sample] ?? 0;
      const others = exogenous[sample] ?? 0;
      const before = Math.max(0, index - 1);
      const came = (arrived[before] ?? 0) - (arrived[sample] ?? 0);
      const lagNow = Math.max(0, (lag[sample] ?? 0) + came - mu * (before - sample) * stepSeconds);
      return { mu, others, lagNow, wants: (demand[before] ?? 0) / producers };
    };
    const steady = (at: number) => {
      const { mu, others } = known(at);
      return Math.max(0, mu - others);
    };
    return {
      observed(reading) {
        sample = indexAt(reading.at);
        now = reading.receivedAt;
      },
      pollFailed() {},
      tick(at) {
        now = at;
      },
      rate: () => (sample < 0 ? Number.POSITIVE_INFINITY : steady(now)),
      grant(at, producer) {
        if (sample < 0) return Number.POSITIVE_INFINITY;
        const { mu, others, lagNow, wants } = known(at);
        const share = Math.max(0, mu - others) / producers;
        let coming = 0;
        for (let other = 0; other < producers; other += 1) {
          if (other === producer) continue;
          const sends = Math.min(held[other] ?? 0, wants);
          coming += (sends - share) * Math.max(0, (refreshAt[other] ?? 0) - at);
        }
        const room = setpointSeconds * mu - lagNow;
        const deadbeat = share + (room - coming) / horizon;
        return Math.max(0, Math.min(deadbeat, share + (2 * room) / (producers * horizon)));
      },
    };
  },
};
