const grouped = (digits: string): string => digits.replace(/\B(?=(\d{3})+(?!\d))/g, ',');

/** `1,234,567`; decimals (at most two) only for a number that is not whole. */
export const formatCount = (value: number): string => {
  if (!Number.isFinite(value)) return String(value);
  const rounded = Number.isInteger(value) ? value : Number(value.toFixed(2));
  const [whole, decimals] = String(Math.abs(rounded)).split('.');
  const text = /^\d+$/.test(whole!) ? grouped(whole!) : whole!;
  return (rounded < 0 ? '-' : '') + text + (decimals === undefined ? '' : `.${decimals}`);
};

/** `1 request`, `2 requests`, `1,234 keys`. */
export const formatPlural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** A share (0 … 1) as `12.3%`, `4.00%`, `0.02%`: three digits, so that they line up. One that is not 0 is never shown as `0%`, one that is not 1 never as `100%`. */
export const formatShare = (share: number): string => {
  if (share === 0) return '0%';
  if (share === 1) return '100%';
  if (!Number.isFinite(share)) return '-';
  const percent = share * 100;
  if (percent > 0 && percent < 0.005) return '<0.01%';
  if (percent < 100 && percent >= 99.95) return '>99.9%';
  return `${percent.toFixed(Math.abs(percent) < 9.995 ? 2 : 1)}%`;
};

/** `part` of `whole` as a share; undefined where there is no whole. */
export const shareOf = (part: number, whole: number): number | undefined =>
  whole > 0 ? part / whole : undefined;
