/**
 * Weighted max-min fairness: nobody can be given more without taking from somebody who has less for its weight.
 *
 *   find η with  Σ xᵢ(η) = R,   xᵢ(η) = min(dᵢ, mostᵢ, max(leastᵢ, wᵢ·η))
 *
 * Regimes. All that is asked for fits into R: η is infinite, each has what it asks for. The minimums alone do
 * not fit: nobody has more than its minimum, and those are filled by weight, xᵢ = min(leastᵢ, dᵢ, mostᵢ, wᵢ·η).
 * Otherwise Σ xᵢ is a rising, piecewise linear function of η with two bends a claim; sorted, they are walked
 * until the sum reaches R: exact, O(n log n). (Bertsekas and Gallager, Data Networks, 6.5.2: progressive filling.)
 */

/** What is asked for; more than this is of no use to it. */
export interface Claim {
  /** Infinity: whatever there is. */
  readonly demand: number;
  /** Above 0. */
  readonly weight: number;
  readonly least?: number;
  readonly most?: number;
}

export interface Level {
  /** η; Infinity where each has what it asks for. */
  readonly height: number;
  /** Whether the minimums alone did not fit. */
  readonly onlyMinimums: boolean;
}

const upper = ({ demand, most = Number.POSITIVE_INFINITY }: Claim): number => Math.min(demand, most);
const lower = (claim: Claim): number => Math.min(claim.least ?? 0, upper(claim));

/** What a claim has at a level. */
export const portion = (claim: Claim, { height, onlyMinimums }: Level): number =>
  onlyMinimums
    ? Math.min(lower(claim), claim.weight * height)
    : Math.min(upper(claim), Math.max(lower(claim), claim.weight * height));

/** The level at which the claims together have `rate`, or all that they ask for. */
export function findLevel(claims: readonly Claim[], rate: number): Level {
  const satisfied: Level = { height: Number.POSITIVE_INFINITY, onlyMinimums: false };
  let wanted = 0;
  let minimums = 0;
  for (const claim of claims) {
    wanted += upper(claim);
    minimums += lower(claim);
  }
  if (wanted <= rate) return satisfied;
  return minimums > rate
    ? { height: fill(claims, rate, none, lower), onlyMinimums: true }
    : { height: fill(claims, rate, lower, upper), onlyMinimums: false };
}

const none = (): number => 0;

/** η with Σ clamp(wᵢ·η, lowᵢ, highᵢ) = rate, which lies between the sums of the lows and of the highs. */
function fill(
  claims: readonly Claim[],
  rate: number,
  low: (claim: Claim) => number,
  high: (claim: Claim) => number,
): number {
  // A bend: the height it is at, and by how much the slope changes there.
  const heights = new Float64Array(2 * claims.length);
  const changes = new Float64Array(2 * claims.length);
  let bends = 0;
  let sum = 0;
  let slope = 0;
  let endless = 0;
  for (const claim of claims) {
    const { weight } = claim;
    const [from, to] = [low(claim), high(claim)];
    sum += from;
    if (from >= to) continue;
    if (from === 0) slope += weight;
    else {
      heights[bends] = from / weight;
      changes[bends] = weight;
      bends += 1;
    }
    if (to === Number.POSITIVE_INFINITY) {
      endless += weight;
      continue;
    }
    heights[bends] = to / weight;
    changes[bends] = -weight;
    bends += 1;
  }
  const order = new Uint32Array(bends).map((_, index) => index);
  order.sort((a, b) => (heights[a] ?? 0) - (heights[b] ?? 0));
  let height = 0;
  for (const bend of order) {
    const next = heights[bend] ?? 0;
    const there = sum + slope * (next - height);
    if (there >= rate) return slope > 0 ? Math.min(next, height + (rate - sum) / slope) : height;
    sum = there;
    height = next;
    slope += changes[bend] ?? 0;
  }
  // Beyond the last bend only those rise who take whatever there is.
  return endless > 0 ? height + Math.max(0, rate - sum) / endless : height;
}
