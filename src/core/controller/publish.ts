/** When a decision is news: its state changed, its rate moved by more than 1 %, or it rests on a newer sample. */
import type { Decision } from "../decision.ts";

const rateShare = 0.01;

export const isNews = (last: Decision, next: Decision): boolean =>
  last.state !== next.state ||
  last.mode !== next.mode ||
  last.override !== next.override ||
  last.reason.signal !== next.reason.signal ||
  last.observedAt !== next.observedAt ||
  rateMoved(last.rate, next.rate) ||
  // Blind, the words are all there is: since when, and why.
  (next.state === "blind" && last.reason.text !== next.reason.text) ||
  // Whoever reads it must always have time left to act on it.
  next.decidedAt - last.decidedAt > (last.validUntil - last.decidedAt) / 2;

const rateMoved = (last: number | null, next: number | null): boolean =>
  last === null || next === null ? last !== next : Math.abs(next - last) > rateShare * last;
