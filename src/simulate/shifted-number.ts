/**
 * The number that a decimal text stands for, times 10^shift, rounded once: `0.7` shifted by −2 is the same double as 7 ÷ 1000,
 * which 0.7 ÷ 100 is not.
 */
export const shiftedNumber = (text: string, shift: number): number => {
  const [mantissa, exponent = '0'] = text.toLowerCase().split('e');
  return Number(`${mantissa}e${Number(exponent) + shift}`);
};
