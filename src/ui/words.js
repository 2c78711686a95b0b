/**
 * What the page says: values of the API into words. Pure, so that it is tested without a browser.
 *
 * @typedef {import("../contract/target.ts").Target} Target
 * @typedef {import("../contract/source.ts").Source} Source
 */

const counts = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

const unknown = "unknown";

/** @param {number | null} count */
export const countText = (count) => (count === null ? unknown : counts.format(count));

/**
 * Nothing where unknown: it stands below what says so already.
 * @param {number | null} count
 */
export const messagesText = (count) =>
  count === null ? "" : `${countText(count)} ${count === 1 ? "message" : "messages"}`;

/**
 * A length of time as people say it: 0.4 s, 18.2 s, 3 min 5 s, 2 h 4 min, 3 d 7 h.
 * @param {number | null} seconds
 */
export const durationText = (seconds) => {
  if (seconds === null) return unknown;
  if (seconds < 99.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  const [unit, below, size] =
    whole < 3600 ? ["min", "s", 60] : whole < 86_400 ? ["h", "min", 3600] : ["d", "h", 86_400];
  const rest = Math.floor((whole % size) / (size === 86_400 ? 3600 : size / 60));
  return `${Math.floor(whole / size)} ${unit}${rest === 0 ? "" : ` ${rest} ${below}`}`;
};

/** @param {number | null} rate messages per second; null where unknown */
export const flowText = (rate) =>
  rate === null ? unknown : `${rate < 100 ? Number(rate.toFixed(1)) : counts.format(rate)}/s`;

/** @param {number | null} rate what is allowed; null where nothing limits */
export const rateText = (rate) => (rate === null ? "no limit" : rate === 0 ? "closed" : flowText(rate));

/** @type {Record<string, string>} */
const arrows = { rising: "↗", falling: "↘", steady: "→", unknown: "" };

/** @param {string} trend */
export const trendText = (trend) => (arrows[trend] ? `${arrows[trend]} ${trend}` : "");

/**
 * How long ago, by the daemon's clock alone.
 * @param {string | null} instant
 * @param {string} now
 */
export const ageText = (instant, now) =>
  instant === null
    ? "never"
    : `${durationText(Math.max(0, Math.round((Date.parse(now) - Date.parse(instant)) / 1000)))} ago`;

const states = ["failing", "blind", "shedding", "recovering", "throttled", "open"];

/**
 * The whole in a line, the worst first: "3 targets: 1 blind, 2 open".
 * @param {readonly Target[]} targets
 */
export const summaryText = (targets) => {
  const parts = states
    .map((state) => ({ state, count: targets.filter(({ decision }) => decision.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  const whole = `${targets.length} ${targets.length === 1 ? "target" : "targets"}`;
  return parts.length === 0 ? whole : `${whole}: ${parts.join(", ")}`;
};

/**
 * What somebody who does not see the page has to hear: changes of state, no numbers.
 * @param {ReadonlyMap<string, string>} before state by target
 * @param {readonly Target[]} targets
 */
export const changesText = (before, targets) =>
  targets
    .filter(({ target, decision }) => before.has(target) && before.get(target) !== decision.state)
    .map(({ target, decision }) => `${target} is now ${decision.state}.`)
    .join(" ");

/** @param {Source} source */
export const reachableText = ({ reachable }) =>
  reachable === null ? "not asked yet" : reachable ? "answers" : "does not answer";

/**
 * @param {Source} source
 * @param {string} now
 */
export const pollText = ({ lastPollAt, lastPollMs, lastPollRequests }, now) => {
  if (lastPollAt === null) return "none yet";
  const cost = [
    ...(lastPollMs === null ? [] : [`took ${Math.round(lastPollMs)} ms`]),
    ...(lastPollRequests === null
      ? []
      : [`${lastPollRequests} ${lastPollRequests === 1 ? "request" : "requests"}`]),
  ];
  return [ageText(lastPollAt, now), ...cost].join(", ");
};

/**
 * @param {Source} source
 * @param {string} now
 */
export const errorText = ({ lastError }, now) =>
  lastError === null ? "none" : `${ageText(lastError.at, now)}: ${lastError.kind}, ${lastError.message}`;
