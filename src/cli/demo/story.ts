/** What happens in the demo, and when: one round a minute, over and over. */

export interface Act {
  /** Seconds from the beginning of a round. */
  readonly from: number;
  readonly consumersCan: number;
  readonly says: string;
}

const nominal = 500;

export const roundSeconds = 60;

export const acts: readonly [Act, ...Act[]] = [
  {
    from: 0,
    consumersCan: nominal,
    says: `consumers can do ${nominal}/s, producers want 450/s: nothing to do`,
  },
  { from: 8, consumersCan: 0.4 * nominal, says: `the consumer slows to 40 %: ${0.4 * nominal}/s` },
  { from: 36, consumersCan: nominal, says: `the consumer recovers: ${nominal}/s` },
];

export const actAt = (seconds: number): Act => {
  const inRound = seconds % roundSeconds;
  return acts.findLast(({ from }) => from <= inRound) ?? acts[0];
};
