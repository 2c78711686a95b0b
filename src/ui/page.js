/**
 * Asks for targets and sources every two seconds and writes them into the two tables, row by row, so that
 * nothing flickers and nobody loses the place. Knows the daemon by its HTTP API alone.
 */
import {
  ageText,
  changesText,
  countText,
  durationText,
  errorText,
  flowText,
  messagesText,
  pollText,
  rateText,
  reachableText,
  summaryText,
  trendText,
} from "./words.js";

/**
 * @typedef {import("../contract/target.ts").Target} Target
 * @typedef {import("../contract/target.ts").Targets} Targets
 * @typedef {import("../contract/source.ts").Source} Source
 * @typedef {import("../contract/source.ts").Sources} Sources
 * @typedef {{ text: string, under?: string, href?: string, mark?: string }} Cell
 */

const everyMs = 2000;
const patienceMs = 5000;

/** @param {string} selector */
const find = (selector) => {
  const found = document.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`the page has no ${selector}`);
  return found;
};

const summary = find("#summary");
const gone = find("#gone");
const changes = find("#changes");
const targetRows = find("#targets tbody");
const sourceRows = find("#sources tbody");

/**
 * @param {Target} view
 * @param {string} now
 * @returns {Cell[]}
 */
const targetCells = ({ target, broker, decision, assessment, mode }, now) => [
  { text: target, under: broker, href: `/v1/targets/${encodeURIComponent(target)}` },
  {
    text: decision.state,
    mark: decision.state,
    ...(mode === "observe" ? { under: "only observing" } : {}),
  },
  {
    text: `${durationText(assessment.lag.seconds)} ${trendText(assessment.lag.trend)}`,
    under: messagesText(assessment.lag.messages),
  },
  { text: flowText(assessment.drain) },
  { text: flowText(assessment.inflow) },
  { text: rateText(decision.rate) },
  { text: decision.reason.text },
  { text: ageText(decision.observedAt, now) },
];

/**
 * @param {Source} source
 * @param {string} now
 * @returns {Cell[]}
 */
const sourceCells = (source, now) => [
  { text: source.broker, under: source.type },
  {
    text: reachableText(source),
    mark: source.reachable === null ? "blind" : source.reachable ? "open" : "failing",
  },
  { text: countText(source.targets) },
  { text: pollText(source, now) },
  { text: errorText(source, now) },
];

/**
 * @param {HTMLElement} parent
 * @param {string} tag
 * @param {string} text
 * @param {string} [className]
 */
const put = (parent, tag, text, className) => {
  const element = parent.appendChild(document.createElement(tag));
  element.textContent = text;
  if (className !== undefined) element.className = className;
  return element;
};

/**
 * @param {HTMLElement} element
 * @param {Cell} cell
 */
const fillCell = (element, { text, under, href, mark }) => {
  element.replaceChildren();
  if (href !== undefined) put(element, "a", text).setAttribute("href", href);
  else put(element, "span", text, mark === undefined ? "" : `mark ${mark}`);
  if (under !== undefined && under !== "") put(element, "small", under);
};

/**
 * One row a key, in the order of `rows`; only cells that changed are touched.
 * @param {HTMLElement} body
 * @param {readonly { key: string, cells: readonly Cell[] }[]} rows
 */
const fillRows = (body, rows) => {
  const heads = [...(body.closest("table")?.querySelectorAll("thead th") ?? [])];
  const old = new Map(
    [...body.children].map((row) => [row instanceof HTMLElement ? row.dataset.key : "", row]),
  );
  const wanted = rows.map(({ key, cells }) => {
    const row = old.get(key) ?? newRow(key, heads);
    cells.forEach((cell, index) => {
      const element = row.children[index];
      const now = JSON.stringify(cell);
      if (!(element instanceof HTMLElement) || element.dataset.now === now) return;
      element.dataset.now = now;
      fillCell(element, cell);
    });
    return row;
  });
  const inPlace =
    wanted.length === body.children.length && wanted.every((row, at) => row === body.children[at]);
  if (!inPlace) body.replaceChildren(...wanted);
};

/** @type {Readonly<Record<string, string>>} */
const roles = { table: "table", thead: "rowgroup", tbody: "rowgroup", tr: "row", td: "cell" };

/**
 * A narrow screen shows rows as cards, which makes browsers forget that they are rows: so it is said aloud.
 * @param {Element} element
 */
const keepRole = (element) => {
  const scope = element.getAttribute("scope");
  const role = scope === null ? roles[element.localName] : scope === "row" ? "rowheader" : "columnheader";
  if (role !== undefined) element.setAttribute("role", role);
};

for (const element of document.querySelectorAll("table, thead, tbody, tr, th")) keepRole(element);

/**
 * @param {string} key
 * @param {readonly Element[]} heads
 */
const newRow = (key, heads) => {
  const row = document.createElement("tr");
  row.dataset.key = key;
  keepRole(row);
  heads.forEach((head, index) => {
    const cell = put(row, index === 0 ? "th" : "td", "", head.className);
    if (index === 0) cell.setAttribute("scope", "row");
    cell.dataset.label = head.textContent ?? "";
    keepRole(cell);
  });
  return row;
};

/** @param {string} path */
const get = async (path) => {
  const response = await fetch(path, { signal: AbortSignal.timeout(patienceMs) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response.json();
};

/** @type {ReadonlyMap<string, string>} */
let states = new Map();
let answeredAt = new Date();

const look = async () => {
  /** @type {[Targets, Sources]} */
  const [{ at, targets }, { sources }] = await Promise.all([
    get("/v1/targets?parts=none"),
    get("/v1/sources"),
  ]);
  fillRows(
    targetRows,
    targets.map((view) => ({ key: view.target, cells: targetCells(view, at) })),
  );
  fillRows(
    sourceRows,
    sources.map((source) => ({ key: source.broker, cells: sourceCells(source, at) })),
  );
  find("#none").hidden = targets.length > 0;
  summary.textContent = summaryText(targets);
  document.title = `${summaryText(targets)} · Headgate`;
  const heard = changesText(states, targets);
  if (heard !== "") changes.textContent = heard;
  states = new Map(targets.map(({ target, decision }) => [target, decision.state]));
  answeredAt = new Date();
  gone.hidden = true;
  document.body.classList.remove("stale");
};

/**
 * Says so once; whatever is shown stays, marked as old.
 * @param {unknown} error
 */
const lose = (error) => {
  console.error(error);
  if (!gone.hidden) return;
  gone.textContent = `Headgate has not answered since ${answeredAt.toLocaleTimeString()}. What stands below is from then.`;
  gone.hidden = false;
  summary.textContent = "no answer";
  document.title = "No answer · Headgate";
  document.body.classList.add("stale");
};

const run = async () => {
  if (!document.hidden) await look().catch(lose);
  setTimeout(run, everyMs);
};

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) look().catch(lose);
});
run();
