/**
 * What a claimant could use, from what it attempted:
 *
 *   pressed     uses 90 % of what it may, and was refused or delayed lately or paces itself: unbounded, so that
 *               whoever hammers gains nothing over whoever waits politely. (A burst that has to wait a moment while
 *               there is room on the whole is no want: in a high class it would shut out those below for nothing.)
 *   otherwise   1.25 × its attempts, smoothed over two refreshes; the quarter keeps who is served below the 90 %
 *   at least    one message in a lease time: whoever was quiet is not shut out
 */
import type { Rate } from "../units.ts";
import type { BookTerms } from "./book.ts";

export const fullShare = 0.9;

/** Of `sent` messages where `might` might have been, `attempted` were to be: whether more would be sent if it might. */
export const isFull = (attempted: number, sent: number, might: number): boolean =>
  attempted > 0 && sent + (attempted > sent ? 1 : 0) >= fullShare * might;

const headroom = 1.25;

const smoothedOver = (terms: BookTerms): number => (2 * terms.refreshMs) / 1000;

/** Exponential smoothing whose memory is two refreshes; the first measure counts whole. */
export const smoothed = (before: Rate | undefined, rate: Rate, seconds: number, terms: BookTerms): Rate =>
  before === undefined ? rate : before + (1 - Math.exp(-seconds / smoothedOver(terms))) * (rate - before);

const trickle = (terms: BookTerms): Rate => 1000 / terms.ttlMs;

export const demandOf = (attemptRate: Rate, pressed: boolean, terms: BookTerms): number =>
  pressed ? Number.POSITIVE_INFINITY : Math.max(trickle(terms), headroom * attemptRate);

/** Whether there is more to a demand than what everybody is kept. */
export const isActive = (demand: number, terms: BookTerms): boolean => demand > trickle(terms);
