/**
 * `arithmetic/mul-div.ts` and `arithmetic/first-instant.ts` as text: SQL expressions over float8. Arguments are names or
 * numbers, for they are written down several times. Products that a double cannot hold go to functions of the schema.
 */
export interface Arithmetic {
  /** floor(a × b ÷ d) */
  mulDivFloor(a: string, b: string, d: string): string;
  /** ceil(a × b ÷ d) */
  mulDivCeil(a: string, b: string, d: string): string;
  /** ceil((a × b + c) ÷ d) */
  mulAddDivCeil(a: string, b: string, c: string, d: string): string;
  /** (a × b) mod d, where `quotient` is floor(a × b ÷ d) */
  remainder(a: string, b: string, quotient: string, d: string): string;
  /** Statements that leave in `e` the smallest whole number from which on `holds(e)`. */
  firstInstant(guess: string, holds: (elapsed: string) => string): string;
}

const EXACT = '9007199254740991::float8';

/** `schema`: quoted. */
export const arithmeticOf = (schema: string): Arithmetic => ({
  mulDivFloor: (a, b, d) =>
    `(case when ${a} * ${b} <= ${EXACT} then floor(${a} * ${b} / ${d}) else ${schema}.mul_div_floor(${a}, ${b}, ${d}) end)`,
  mulDivCeil: (a, b, d) =>
    `(case when ${a} * ${b} <= ${EXACT} then ceil(${a} * ${b} / ${d}) else ${schema}.mul_add_div_ceil(${a}, ${b}, 0, ${d}) end)`,
  mulAddDivCeil: (a, b, c, d) =>
    `(case when ${a} * ${b} + ${c} <= ${EXACT} then ceil((${a} * ${b} + ${c}) / ${d}) else ${schema}.mul_add_div_ceil(${a}, ${b}, ${c}, ${d}) end)`,
  remainder: (a, b, quotient, d) =>
    `(case when ${a} * ${b} <= ${EXACT} then ${a} * ${b} - ${quotient} * ${d} else ${schema}.remainder_of(${a}, ${b}, ${quotient}, ${d}) end)`,
  firstInstant: (guess, holds) => `
          e := greatest(0, ceil(${guess}));
          while e > 0 and ${holds('(e - 1)')} loop e := e - 1; end loop;
          while not ${holds('e')} loop e := e + 1; end loop;`,
});

/**
 * The functions that the expressions call, in doubles like `mul-div.ts`: the same bits. Whole numbers below 2^53 in, a whole
 * number below 2^52 out.
 */
export const arithmeticFunctions = (schema: string): string => `
-- a b - fl(a b), exactly.
create or replace function ${schema}.product_error(a float8, b float8, product float8) returns float8
language plpgsql immutable parallel safe as $ratectl$
declare
  ca constant float8 := 134217729 * a;
  a_high constant float8 := ca - (ca - a);
  a_low constant float8 := a - a_high;
  cb constant float8 := 134217729 * b;
  b_high constant float8 := cb - (cb - b);
  b_low constant float8 := b - b_high;
begin
  return a_high * b_high - product + a_high * b_low + a_low * b_high + a_low * b_low;
end
$ratectl$;

-- a b - q d, exactly, where the two products are near each other.
create or replace function ${schema}.remainder_of(a float8, b float8, q float8, d float8) returns float8
language plpgsql immutable parallel safe as $ratectl$
declare
  l constant float8 := a * b;
  r constant float8 := q * d;
begin
  if l <= ${EXACT} and r <= ${EXACT} then return l - r; end if;
  return l - r + (${schema}.product_error(a, b, l) - ${schema}.product_error(q, d, r));
end
$ratectl$;

create or replace function ${schema}.mul_div_floor(a float8, b float8, d float8) returns float8
language plpgsql immutable parallel safe as $ratectl$
declare
  q float8 := floor(a * b / d);
  r float8 := ${schema}.remainder_of(a, b, q, d);
begin
  while r < 0 loop q := q - 1; r := r + d; end loop;
  while r >= d loop q := q + 1; r := r - d; end loop;
  return q;
end
$ratectl$;

create or replace function ${schema}.mul_add_div_ceil(a float8, b float8, c float8, d float8) returns float8
language plpgsql immutable parallel safe as $ratectl$
declare
  q constant float8 := ${schema}.mul_div_floor(a, b, d);
begin
  return q + ceil((${schema}.remainder_of(a, b, q, d) + c) / d);
end
$ratectl$;
`;
