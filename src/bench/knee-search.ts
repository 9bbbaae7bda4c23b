/** What one rate of a sweep came to. */
export type StepVerdict = 'holds' | 'slow' | 'behind' | 'errors';

export interface KneeStep {
  /** Requests per second. */
  readonly rate: number;
  readonly verdict: StepVerdict;
}

export interface KneeOptions {
  /** Where it begins, requests per second. */
  readonly from: number;
  readonly most: number;
  /** The search ends when the rate that holds and the one that does not are as near, as a share of the former. */
  readonly precision: number;
  /** Rates tried at most. */
  readonly steps: number;
  /** Tries a rate. Undefined: the search was stopped. */
  readonly measure: (rate: number) => Promise<StepVerdict | undefined>;
}

export interface Knee {
  readonly steps: readonly KneeStep[];
  /** The highest rate that held; undefined: none did. */
  readonly rate: number | undefined;
  /** Whether a rate above it failed: else the search ended for another reason. */
  readonly isBounded: boolean;
}

/**
 * The highest rate that holds: rates are doubled until one fails, or halved until one holds, then the space between is bisected. A
 * rate fails when it fails twice: one pause of the machine is not the store's knee.
 */
export const findKnee = async ({
  from,
  most,
  precision,
  steps: allowed,
  measure,
}: KneeOptions): Promise<Knee> => {
  const steps: KneeStep[] = [];
  let holds: number | undefined;
  let fails: number | undefined;
  const tryRate = async (rate: number): Promise<boolean | undefined> => {
    for (let attempt = 1; ; attempt++) {
      const verdict = await measure(rate);
      if (verdict === undefined) return undefined;
      steps.push({rate, verdict});
      if (verdict === 'holds' || attempt === 2) return verdict === 'holds';
    }
  };
  for (let rate = Math.min(from, most), tried = 0; tried < allowed; tried++) {
    const held = await tryRate(rate);
    if (held === undefined) break;
    if (held) holds = rate;
    else fails = rate;
    const next = nextRate(holds, fails, {from, most, precision});
    if (next === undefined) break;
    rate = next;
  }
  return {steps, rate: holds, isBounded: fails !== undefined};
};

const nextRate = (
  holds: number | undefined,
  fails: number | undefined,
  {most, precision}: Pick<KneeOptions, 'from' | 'most' | 'precision'>,
): number | undefined => {
  if (fails === undefined) return holds! >= most ? undefined : Math.min(most, holds! * 2);
  if (holds === undefined) return fails <= 1 ? undefined : Math.max(1, Math.floor(fails / 2));
  if (fails - holds <= Math.max(1, holds * precision)) return undefined;
  return Math.round((holds + fails) / 2);
};
