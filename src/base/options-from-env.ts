import {parseDuration} from './duration.ts';
import {floorMillis} from './micros.ts';
import {RatectlError} from './ratectl-error.ts';
import {quoted} from './safe-text.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** Makes a value of a variable's text, which is not empty. Throws a RatectlError that names the variable. */
export type ReadVariable = (text: string, variable: string) => unknown;

/** Variables with the option that each one sets. */
export type EnvVariables<Option extends string> = Readonly<
  Record<string, {readonly option: Option; readonly read: ReadVariable}>
>;

/** Options from the environment. A variable that is not set, or empty, leaves its option out. */
export const optionsFromEnv = <Option extends string>(
  env: Env,
  variables: EnvVariables<Option>,
): Partial<Record<Option, unknown>> => {
  const options: Partial<Record<Option, unknown>> = {};
  for (const [variable, {option, read}] of Object.entries(variables)) {
    const text = env[variable]?.trim() ?? '';
    if (text !== '') options[option] = read(text, variable);
  }
  return options;
};

const wrong = (variable: string, text: string, expected: string): RatectlError =>
  new RatectlError(`${variable} is ${quoted(text)}, expected ${expected}`, {code: 'options/environment'});

export const readText: ReadVariable = (text) => text;

export const readFlag: ReadVariable = (text, variable) => {
  const word = text.toLowerCase();
  if (['true', '1', 'yes', 'on'].includes(word)) return true;
  if (['false', '0', 'no', 'off'].includes(word)) return false;
  throw wrong(variable, text, 'true or false');
};

export const readOneOf =
  (...words: readonly string[]): ReadVariable =>
  (text, variable) => {
    const word = text.toLowerCase();
    if (words.includes(word)) return word;
    throw wrong(variable, text, `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`);
  };

/** `25%` as 0.25. */
export const readShare: ReadVariable = (text, variable) => {
  const percent = /^(\d{1,3}(?:\.\d{1,2})?)%$/.exec(text);
  const number = Number(percent?.[1]);
  if (percent === null || number > 100) throw wrong(variable, text, 'a share such as 25%, from 0% to 100%');
  return number / 100;
};

/** A duration as whole milliseconds. */
export const readMilliseconds: ReadVariable = (text, variable) => {
  const span = parseDuration(text);
  if (span === undefined) throw wrong(variable, text, 'a duration such as 250ms or 5s');
  return floorMillis(span);
};

export const readWhole: ReadVariable = (text, variable) => {
  if (!/^\d{1,9}$/.test(text)) throw wrong(variable, text, 'a whole number');
  return Number(text);
};

/** Texts with commas between. */
export const readList: ReadVariable = (text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
